/** What `npm run fuzz` can be told. A text of its own: it is there before anything is installed or built. */
export const fuzzHelp = `npm run fuzz -- [--OPTION VALUE …]

Spoilt messages of every format through the decoders, and what became of them. Exit code 1 at the first that is neither an alert nor a bad message.

  --inputs N       so many messages (1000000)
  --seed S         what is spoilt follows from it (1)
  --from INDEX     begin there: with --inputs 1 one message again
  --format         antares, avro, confluent, fink, json or text; default: all
  --schemas N      instead: N containers with a schema each, and the memory that they take`;
