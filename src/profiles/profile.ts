import { z } from 'zod';

/** Names of profiles are names of files, too. */
export const profileName: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'a name in small letters, digits, "-" and "_"');

const text = z.string().min(1);

/** The options that a profile may set; they rank below flags, environment and configuration file. */
const options = {
  bootstrapServers: text.optional(),
  securityProtocol: text.optional(),
  saslMechanism: text.optional(),
  saslOauthTokenUrl: text.optional(),
  saslOauthScope: text.optional(),
  sslCaLocation: text.optional(),
  format: text.optional(),
  schemaRegistry: text.optional(),
};

/** The way to a broker, as a data file says it. It holds no secrets. */
export const profileSchema = z.strictObject({
  title: text,
  ...options,
  /** What its topics' names begin with, and folders do not. */
  topicPrefix: text.optional(),
  /** What the broker wants a group's name to begin with; `{user}` is the user's name. */
  groupPrefix: text.optional(),
  /** What is worth knowing, and what is not certain. */
  notes: text.optional(),
  /** Where these facts come from. */
  source: z.array(text).optional(),
});

/** One of the ways to a broker. */
export type Profile = z.infer<typeof profileSchema>;

/** What a profile sets, by the option's key. */
export function optionsOf(profile: Profile): Record<string, string> {
  return Object.fromEntries(
    Object.keys(options).flatMap((key) => {
      const value = profile[key as keyof typeof options];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
