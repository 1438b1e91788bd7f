import { setFlagsFromString } from 'node:v8';

/**
 * How much a thread's heap, and the buffers beside it, may grow from one full collection to the next, in percent of what lives. V8 allows
 * some 10 MB where little does, and a batch of alerts alone is more than that: at full rate each thread marked its whole heap several times
 * a second, a quarter of all the time of the processor (npm run bench).
 */
const GROWTH_PERCENT = 150;

setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
