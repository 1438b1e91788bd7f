/** What `npm run torture` can be told. A text of its own: it is there before anything is installed or built. */
export const tortureHelp = `npm run torture -- [--OPTION VALUE …]

Faults of all kinds against the built client and a real Apache Kafka; a checker that knows nothing of the client tells what was lost, doubled or torn.

  --minutes N      so long; without it, one run
  --seed S         what is done follows from it; default: by chance
  --faults LIST    of kill, term, freeze-member, churn, kill-broker, freeze-broker, proxy, corrupt, hook (all)
  --episodes N     so many runs, instead of --minutes
  --kills N        runs until so many clients were killed, and some in every window, instead of --minutes
  --seconds N      how long faults are injected in a run (60)
  --output LIST    of json, ndjson, ndjson-by-path, raw, avro, parquet (json)
  --compress       none, gzip or zstd: of ndjson (none)
  --names          distinct or repeating; default: as the seed says
  --source         json, or with --output avro also avro, whose records are copied; default: as the seed says
  --assignment     range, cooperative-sticky or consumer (the new group protocol); default: as the seed says
  --members        1 to 3; default: as the seed says
  --bug            plant one, which must be found: commit-before-write, no-fsync, no-epoch-check, auto-commit,
                   last-batch-dropped, wrong-order, swallowed-dead-letter, forgetful-journal
  --keep           keep the output folders also where nothing is found`;
