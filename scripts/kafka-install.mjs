// Brings what the tests with a broker need: a Java runtime, openssl for its certificates, Apache Kafka from its Maven
// Central jars, and zstd to read back what was compressed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { has, installPackages, run } from './debian.mjs';

const root = join(import.meta.dirname, '..');
const pom = join(root, 'scripts', 'kafka', 'pom.xml');
const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(
  readFileSync(pom, 'utf8'),
)[1];

/** Where the jars are, once {@link installKafka} has run. */
export const kafkaJars = join(root, '.cache', `kafka-${version}`);

const MIN_JAVA = 17;

/** Installs what is missing. Throws with the line to run where it cannot. */
export function installKafka() {
  if (javaVersion() < MIN_JAVA)
    installPackages(['default-jre-headless'], `Java ${MIN_JAVA} or newer, for the tests' broker`, true);
  if (!has('openssl')) installPackages(['openssl'], "for the certificates of the tests' broker", true);
  if (!has('zstd')) installPackages(['zstd'], 'to read compressed segments back', true);
  if (existsSync(kafkaJars)) return;
  if (!has('mvn')) installPackages(['maven'], "to fetch Apache Kafka for the tests' broker", true);
  console.log(`Fetching Apache Kafka ${version} …`);
  // Into a folder of its own and then renamed: a second process must not see half of it.
  const temporary = `${kafkaJars}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`];
    try {
      run('mvn', args);
    } catch {
      run('mvn', args);
    }
    renameSync(temporary, kafkaJars);
  } catch (error) {
    // Another process was faster: what it brought is the same.
    if (!existsSync(kafkaJars)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function javaVersion() {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) installKafka();
