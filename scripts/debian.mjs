import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Runs a command with its output on the screen. Throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.`);
}

/** Whether a command is there. */
export function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

/** Which of these Debian packages are not installed; none where this is not Debian. */
export function missingPackages(packages) {
  if (!isDebian()) return [];
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Installs Debian packages as root, saying so. Elsewhere it prints the line to run, and throws if one of them is required.
 *
 * @param packages which are missing.
 * @param why what they are for.
 * @param required whether one can go on without them.
 */
export function installPackages(packages, why, required) {
  if (packages.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (isDebian() && process.getuid?.() === 0) {
    console.log(`Installing ${packages.join(', ')} (${why}) …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return;
  }
  const advice = isDebian() ? `Run: sudo ${line}` : `Install what is called on Debian: ${packages.join(' ')}`;
  const strict = required || process.env.CI === 'true';
  if (strict) throw new Error(`Missing: ${packages.join(', ')} (${why}). ${advice}`);
  console.warn(`Missing, but one can go on without: ${packages.join(', ')} (${why}). ${advice}`);
}

export function isDebian() {
  return existsSync('/etc/debian_version') && has('dpkg-query');
}
