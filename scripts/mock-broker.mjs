// npm run mock-broker: librdkafka's mock cluster as a process of its own, until Ctrl-C. It keeps 5 MiB a partition.
import { setUp } from './setup.mjs';

setUp();
const { startMockBroker } = await import('../build/src/simulate/mock-broker.js');
const broker = await startMockBroker();
console.log(broker.bootstrapServers);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => void broker.close().finally(() => process.exit(0)));
}
