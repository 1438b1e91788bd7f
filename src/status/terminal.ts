import { clearScreenDown, moveCursor } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { createLogUpdate } from 'log-update';

/** A block of lines that stays at the end of a terminal. */
export interface LiveBlock {
  draw(lines: readonly string[]): void;
  /** Takes it away; from now on the terminal is as it was. */
  end(): void;
}

/**
 * Keeps a block below everything else that is written to these streams, whoever writes: it is taken away before, and drawn again
 * behind the next whole line.
 *
 * @param screen the terminal to draw on.
 * @param others further streams that lead to the same terminal.
 */
export function keepBlock(screen: NodeJS.WriteStream, others: readonly NodeJS.WriteStream[]): LiveBlock {
  const write = screen.write.bind(screen);
  // The screen, but for the guard below.
  const raw = Object.create(screen, { write: { value: write } }) as NodeJS.WriteStream;
  // A hidden cursor would stay hidden after a crash.
  const update = createLogUpdate(raw, { showCursor: true });
  let drawn: readonly string[] = [];
  let isLineWhole = true;
  const takeAway = (): void => {
    if (drawn.length > 0) update.clear();
    drawn = [];
  };
  const guarded = [screen, ...others].map((stream) =>
    guard(stream, (text) => {
      takeAway();
      if (text.length > 0) isLineWhole = text.at(-1) === '\n' || text.at(-1) === 10;
    }),
  );
  const onResize = (): void => {
    // The terminal has wrapped what no longer fits, so the block has more lines than were drawn.
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / screen.columns)),
      0,
    );
    moveCursor(raw, 0, -rows);
    clearScreenDown(raw);
    update.done();
    drawn = [];
  };
  // Ctrl-Z: the shell writes below the block, which is no longer the end. Once it goes on, a timer may draw before anybody hears of it.
  const onStop = (): void => {
    update.done();
    drawn = [];
    process.off('SIGTSTP', onStop);
    // As if nobody had listened: where nobody could continue it, the system does not stop it.
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', onStop);
  };
  screen.on('resize', onResize);
  process.on('SIGTSTP', onStop);
  return {
    draw: (lines) => {
      if (!isLineWhole) return;
      // log-update 7 loses or leaves behind the last line where one came or went above it.
      if (lines.length !== drawn.length) takeAway();
      update(lines.join('\n'));
      drawn = lines;
    },
    end: () => {
      takeAway();
      screen.off('resize', onResize);
      process.off('SIGTSTP', onStop);
      for (const release of guarded) release();
    },
  };
}

/** Calls back before anything is written. @returns what ends that. */
function guard(stream: NodeJS.WriteStream, before: (text: string | Uint8Array) => void): () => void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    before(chunk);
    return write(chunk, ...rest);
  };
  return () => {
    // What it inherits is there again.
    Reflect.deleteProperty(stream, 'write');
  };
}
