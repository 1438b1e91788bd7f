import * as v from 'valibot';

/** Names of profiles are names of files, too. */
export const profileName: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'a name in small letters, digits, "-" and "_"'),
);

/** Whether a profile can have this name. */
export function isProfileName(name: string): boolean {
  return v.is(profileName, name);
}

const text = v.pipe(v.string('some text'), v.minLength(1, 'some text'));
const optionalText = v.optional(text);

/** The options that a profile may set; they rank below flags, environment and configuration file. */
const options = {
  bootstrapServers: optionalText,
  securityProtocol: optionalText,
  saslMechanism: optionalText,
  saslOauthTokenUrl: optionalText,
  saslOauthScope: optionalText,
  sslCaLocation: optionalText,
  format: optionalText,
  schemaRegistry: optionalText,
};

/** The way to a broker, as a data file says it. It holds no secrets. */
export const profileSchema = v.strictObject(
  {
    title: text,
    ...options,
    /** What its topics' names begin with, and folders do not. */
    topicPrefix: optionalText,
    /** What the broker wants a group's name to begin with; `{user}` is the user's name. */
    groupPrefix: optionalText,
    /** What is worth knowing, and what is not certain. */
    notes: optionalText,
    /** Where these facts come from. */
    source: v.optional(v.array(text, 'a list')),
  },
  'an object',
);

/** One of the ways to a broker. */
export type Profile = v.InferOutput<typeof profileSchema>;

/** What a profile sets, by the option's key. */
export function optionsOf(profile: Profile): Record<string, string> {
  return Object.fromEntries(
    Object.keys(options).flatMap((key) => {
      const value = profile[key as keyof typeof options];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
