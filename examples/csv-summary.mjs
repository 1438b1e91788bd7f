// Appends one line an alert to a CSV file: when, where, how bright. Every worker thread has a file of its own, because each
// has its own copy of this module; `cat summary-*.csv` puts them together. A line may come twice: hooks are
// run at least once per alert.
//
//   SUMMARY_DIR=. antares-client ztf_20261124_programid1 -d alerts --process examples/csv-summary.mjs
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

const file = join(process.env.SUMMARY_DIR ?? '.', `summary-${process.pid}-${threadId}.csv`);

/** Saves every alert as it came. */
export function processAlert(alert, { topic, offset }) {
  const { candid, candidate } = alert;
  const { jd, ra, dec, fid, magpsf } = candidate;
  appendFileSync(file, `${[topic, offset, candid, jd, ra, dec, fid, magpsf].join(',')}\n`);
}
