// npm run audit: what is known of holes in the packages that are installed with the client. Skipped, with the reason, where
// no audit service answers.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
});
const answer = parse(stdout ?? '');
if (answer?.metadata?.vulnerabilities === undefined) {
  const reason = answer?.message ?? answer?.error?.summary ?? stderr?.trim().split('\n')[0] ?? '';
  console.log(`npm audit is skipped: no audit service answers here. ${reason}`);
} else {
  const found = Object.values(answer.vulnerabilities ?? {});
  for (const { name, severity, range } of found) console.log(`${severity}: ${name} ${range}`);
  console.log(`${found.length} findings. SECURITY.md explains the known ones.`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
