// npm run kafka: a real Apache Kafka on this machine, until Ctrl-C.
import { installKafka } from '../kafka-install.mjs';
import { startKafka } from './broker.mjs';

installKafka();
const kafka = await startKafka();
// First of all: who reads the addresses may send a signal the moment after.
const keepAlive = setInterval(() => undefined, 1 << 30);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    clearInterval(keepAlive);
    void kafka.stop();
  });
}
console.log(`Apache Kafka runs here until Ctrl-C.

  PLAINTEXT        ${kafka.bootstrap.plaintext}
  SASL_PLAINTEXT   ${kafka.bootstrap.saslPlaintext}
  SASL_SSL         ${kafka.bootstrap.saslSsl}   (CA file: ${kafka.caFile})
  users            ${Object.entries(kafka.users)
    .map(([name, password]) => `${name} / ${password}`)
    .join(', ')} (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512)
`);
