/** All that is checked in each run. */
import type { MakeChecker } from './checker.ts';

export const CHECKERS: readonly MakeChecker[] = [];
