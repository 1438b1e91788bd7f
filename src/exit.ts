import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** exit() waits for what a thread asks the broker just then, which takes ten seconds at the most; killed earlier, the exit code is lost. */
const GRACE_S = 10;

const STANDARD = [0, 1, 2] as const;
const terminals = STANDARD.filter((descriptor) => isatty(descriptor));

/**
 * Ends the process, for sure. While librdkafka closes, a thread of libuv's pool waits for our event loop, and `exit()` waits for that thread:
 * for ever, where the loop has ended already. So somebody outside watches, and kills what is still there after a moment. It
 * notices by the end of its standard input when we are gone.
 *
 * @param graceS how long exit() may take.
 */
export function endProcess(exitCode: number, graceS: number = GRACE_S): never {
  try {
    const watch = `timeout ${graceS} cat >/dev/null; [ $? = 124 ] && kill -9 $PPID`;
    spawn('sh', ['-c', watch], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    }).on('error', () => undefined);
  } catch {
    // No descriptors, no shell: then exit() has to do.
  }
  leaveClosedTerminals();
  process.exit(exitCode);
}

/** At its end Node gives a terminal its old settings back, and aborts where one was closed meanwhile; a descriptor that is not there it passes over. */
function leaveClosedTerminals(): void {
  for (const descriptor of terminals) {
    if (isatty(descriptor)) continue;
    try {
      closeSync(descriptor);
    } catch {
      // It is closed already.
    }
  }
}
