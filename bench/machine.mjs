// What the numbers were measured on.
import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import rdkafka from 'node-rdkafka';
import { kafkaJars } from '../scripts/kafka-install.mjs';

const root = join(import.meta.dirname, '..');
/** The file systems of statfs(2) that one meets. */
const fileSystems = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlay',
};

/** Machine and versions, for the record of a run. */
export function describeMachine() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const version = (name) => lock[`node_modules/${name}`]?.version;
  const { type } = statfsSync(tmpdir());
  return {
    cpu: cpus()[0].model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    kernel: release(),
    fileSystem: fileSystems[type] ?? `0x${type.toString(16)}`,
    versions: {
      client: lock[''].version,
      commit: commit(),
      node: process.version,
      'node-rdkafka': version('node-rdkafka'),
      librdkafka: rdkafka.librdkafkaVersion,
      kafkajs: version('kafkajs'),
      '@platformatic/kafka': version('@platformatic/kafka'),
      broker: kafkaJars.split('-').at(-1),
      python: said('python3', ['--version']),
      'original.txt': requirements('original'),
      'best.txt': requirements('best'),
    },
  };
}

function requirements(name) {
  return readFileSync(join(root, 'bench', 'python', `${name}.txt`), 'utf8')
    .trim()
    .split('\n');
}

function commit() {
  const changed = said('git', ['status', '--porcelain', '--', 'src']);
  return `${said('git', ['rev-parse', '--short', 'HEAD'])}${changed === '' ? '' : ' and changes'}`;
}

function said(command, args) {
  try {
    return execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
