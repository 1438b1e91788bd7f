/** What is counted at a time. */
const STEP_MS = 250;

/**
 * Calls back when this process has run for so long. While it stands still (Ctrl-Z, a machine that is frozen) nobody has a chance to answer, so that
 * time does not count.
 *
 * @returns what ends the countdown.
 */
export function countDown(ms: number, onOver: () => void): () => void {
  let leftMs = ms;
  let timer: NodeJS.Timeout;
  const step = (): void => {
    const stepMs = Math.min(STEP_MS, leftMs);
    timer = setTimeout(() => {
      leftMs -= stepMs;
      if (leftMs > 0) step();
      else onOver();
    }, stepMs);
  };
  step();
  return () => {
    clearTimeout(timer);
  };
}
