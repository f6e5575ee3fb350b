// The rule as a WASI command: a Patient on standard input, what is wrong on standard output.

import { print, readInput } from '../assembly/stdio';
import { answer } from './rule';

print(answer(readInput()));
