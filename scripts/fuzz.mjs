// npm run fuzz -- --inputs N --seed S [--format F] [--from INDEX], or -- --schemas N: spoilt messages of every format, and what became of them.
import { setUp } from './setup.mjs';

setUp();
await import('../build/test/fuzz/command.js');
