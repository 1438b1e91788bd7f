import { confirm, isCancel, select, text } from '@clack/prompts';
import { existsSync } from 'node:fs';
import { ClientError } from '../errors.ts';
import { knownProfiles } from '../profiles/known.ts';
import { type Answers, forms, hooks, type Known } from './answers.ts';
import { faultIn, type NewFile } from './files.ts';

/** The folder that is proposed. */
const DIR = 'alerts';

const formHints: Readonly<Record<Answers['output'], string>> = {
  json: 'one file an alert',
  ndjson: 'many alerts a file, one a line',
  avro: "many alerts a file, with the alerts' schema",
  parquet: 'the same as columns, for DuckDB, Polars, pandas',
  raw: 'the messages as they came, to be sent again',
};

const hookNames: Readonly<Record<Answers['hook'], string>> = {
  none: 'No: every alert is saved as it comes',
  javascript: 'In JavaScript, with types',
  python: 'In Python',
};

/** Asks at the terminal for what is not known yet. @throws ClientError USAGE where somebody would rather not say. */
export async function askFor(known: Known): Promise<Answers> {
  const profile =
    known.profile ??
    (await answer(
      select({
        message: 'Which broker?',
        options: [...knownProfiles()].map(([value, { title }]) => ({ value, label: value, hint: title })),
        initialValue: 'antares',
      }),
    ));
  const topics = known.topics ?? (await askForTopics(profile));
  const outputDir =
    known.outputDir ??
    (await answer(
      text({
        message: 'Which folder for the alerts?',
        defaultValue: DIR,
        placeholder: DIR,
        validate: (line) => faultIn({ topics, profile, outputDir: wordOr(line, DIR) }),
      }),
    ));
  const output =
    known.output ??
    (await answer(
      select({
        message: 'Saved as what?',
        options: forms.map((value) => ({ value, label: value, hint: formHints[value] })),
      }),
    ));
  const hook =
    known.hook ??
    (await answer(
      select({
        message: 'A function of yours that sees every alert, to choose or change?',
        options: hooks.map((value) => ({ value, label: hookNames[value] })),
      }),
    ));
  return { profile, topics, outputDir, output, hook };
}

async function askForTopics(profile: string): Promise<string[]> {
  const words = await answer(
    text({
      message: 'Which topics? Names with commas or blanks between; antares-client topics lists them.',
      validate: (line) => {
        const topics = wordsOf(line);
        return topics.length > 0 ? faultIn({ topics, profile, outputDir: DIR }) : 'It takes one at least.';
      },
    }),
  );
  return wordsOf(words);
}

function wordOr(line: string | undefined, instead: string): string {
  return line === undefined || line === '' ? instead : line;
}

function wordsOf(line = ''): string[] {
  return line.split(/[\s,]+/).filter((word) => word !== '');
}

/** Whether files that are there may be replaced; where none is, nobody is asked. */
export async function askWhetherToReplace(files: readonly NewFile[]): Promise<boolean> {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length === 0) return false;
  const message = `${there.join(' and ')}: there already. Write over?`;
  return answer(confirm({ message, initialValue: false }));
}

async function answer<T>(asked: Promise<T>): Promise<Exclude<T, symbol>> {
  const given = await asked;
  if (isCancel(given)) throw new ClientError('USAGE', 'Nothing was written.');
  return given as Exclude<T, symbol>;
}
