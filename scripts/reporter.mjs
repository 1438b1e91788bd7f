// A reporter of node:test: the usual tree on the screen, and the sums into a file.
import { appendFileSync } from 'node:fs';
import { Transform } from 'node:stream';

const counts = { pass: 0, fail: 0, skip: 0 };

/** Writes `{pass, fail, skip}` as one line of JSON to the file that `TEST_COUNTS` names. */
export default new Transform({
  writableObjectMode: true,
  transform({ type, data }, _encoding, done) {
    // Suites and files are not tests.
    const isTest =
      data?.details?.type !== 'suite' && !(data?.file !== undefined && data?.name === data?.file);
    if (isTest && type === 'test:pass')
      counts[data.skip !== undefined || data.todo !== undefined ? 'skip' : 'pass'] += 1;
    if (isTest && type === 'test:fail') counts.fail += 1;
    done();
  },
  flush(done) {
    appendFileSync(process.env.TEST_COUNTS, `${JSON.stringify(counts)}\n`);
    done();
  },
});
