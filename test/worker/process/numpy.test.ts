import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFolder } from '../../support/client.ts';
import { python, skipReaders } from '../../support/readers.ts';
import { projectRoot } from '../../support/samples.ts';

const runner = join(projectRoot, 'build', 'src', 'worker', 'process', 'run_hook.py');

test('what a Python function returns of NumPy becomes numbers and times, or is refused', {
  skip: skipReaders,
}, (t) => {
  const hook = join(newFolder(t), 'hook.py');
  writeFileSync(
    hook,
    `import numpy as np
def process_alert(alert):
    if alert["which"] == "duration":
        return {"x": np.timedelta64(5, "ns")}
    return {
        "float": np.float32(0.5),
        "ids": np.array([2**63 - 1], dtype=np.int64),
        "long": np.longdouble(0.25),
        "longs": np.array([0.25], dtype=np.longdouble),
        "day": np.datetime64("2026-11-30"),
        "time": np.datetime64("2026-11-30T03:04:05.123456789"),
        "times": np.array(["2026-11-30T03:04:05"], dtype="datetime64[ns]"),
    }
`,
  );
  const lines = ['times', 'duration'].map((which) => `${JSON.stringify({ alert: { which } })}\n`).join('');
  const answers = execFileSync(python ?? '', [runner, hook], { input: lines, encoding: 'utf8' }).split('\n');
  assert.equal(
    answers[1],
    '{"float":0.5,"ids":[9223372036854775807],"long":0.25,"longs":[0.25],"day":"2026-11-30",' +
      '"time":"2026-11-30T03:04:05.123456789","times":["2026-11-30T03:04:05.000000000"]}',
  );
  assert.match(
    answers[2] ?? '',
    /^"process_alert returned what has no form in JSON: TypeError: a value of type timedelta64/,
  );
});
