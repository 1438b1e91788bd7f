/** What `npm run soak` can be told. A text of its own: it is there before anything is installed or built. */
export const soakHelp = `npm run soak -- [--OPTION VALUE …] [-- CLIENT OPTION …]

Alerts of a simulated sky at full rate into a real Kafka, one client that stays and others that come and go; at the end, how memory, descriptors and
the event loop of the one that stayed have grown. Exit code 1 when an alert is missing or a client failed.

  --minutes N      so long (20)
  --partitions N   of the topic (4)
  --stay-s N       so long each of the others stays, in seconds (15)

What stands behind -- is handed to the clients, such as -- --workers 2.`;
