/** npm run torture: runs with faults, one after the other, until the time is up. Exit code 1 where anything was found. */
import { messageOf } from '../../src/errors.ts';
import { startVictim } from './broker.ts';
import { Dice } from './dice.ts';
import { runEpisode } from './episode.ts';
import { type Episode, readOptions, type TortureOptions } from './options.ts';
import { Tally } from './tally.ts';

async function main(args: readonly string[]): Promise<number> {
  let options: TortureOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${messageOf(error)} npm run torture -- --help lists what there is.`);
    return 2;
  }
  const total = new Tally();
  const victim = await startVictim();
  const untilMs = performance.now() + options.minutes * 60_000;
  try {
    const enough = (): boolean =>
      options.kills > 0 && total.killCount >= options.kills && total.rarestWindow > 0;
    for (let index = 0; index < options.episodes && performance.now() < untilMs && !enough(); index++) {
      const episode = episodeOf(options, options.seed + index);
      console.log(describe(episode));
      const tally = await runEpisode(episode, victim, options.keep ? 'always' : 'findings');
      console.log(tally.toString());
      total.add(tally);
    }
  } finally {
    await victim.stop();
  }
  console.log(`\nall together, from seed ${options.seed}\n${total.toString()}`);
  if (total.kills.size > 0 && (total.rarestWindow === 0 || total.killCount < options.kills)) {
    console.log('  too few kills: a window saw none, or there were fewer than --kills');
    return 1;
  }
  return total.findings.length + total.surprises.length > 0 ? 1 : 0;
}

/** What the command line leaves open the seed decides. */
function episodeOf(options: TortureOptions, seed: number): Episode {
  const dice = new Dice(seed ^ 0x5eed);
  const output = dice.pick(options.outputs);
  const names = dice.pick(['distinct', 'repeating'] as const);
  const assignment = dice.pick(['range', 'cooperative-sticky', 'consumer'] as const);
  const members = dice.int(1, 3);
  const source = output === 'avro' ? dice.pick(['json', 'avro'] as const) : 'json';
  return {
    seed,
    seconds: options.seconds,
    faults: options.faults,
    output,
    compress: output === 'ndjson' ? options.compress : 'none',
    names: options.names ?? names,
    source: options.source ?? source,
    assignment: options.assignment ?? assignment,
    members: options.members ?? members,
    bug: options.bug,
    killsAWindow: 0,
  };
}

function describe({
  seed,
  output,
  compress,
  names,
  source,
  assignment,
  members,
  faults,
  seconds,
  bug,
}: Episode): string {
  const planted = bug === null ? '' : ` --bug ${bug}`;
  return `── npm run torture -- --seed ${seed} --seconds ${seconds} --faults ${faults.join(',')} --output ${output} --compress ${compress} --names ${names} --source ${source} --assignment ${assignment} --members ${members}${planted}`;
}

process.exitCode = await main(process.argv.slice(2));
