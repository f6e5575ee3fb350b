/** What the package offers. */
export type { CrashKind, Death } from './death.ts';
export { IsolationFault } from './invocation.ts';
export { RESULT_BYTES_MAX } from './ledger.ts';
export type { Isolation, Outcome, RunOptions } from './outcome.ts';
export { OwnProcess, type OwnProcessOptions } from './own-process.ts';
export { IsolationPool, type PoolSettings } from './pool.ts';
export { processSettings, serveProcess } from './process.ts';
export type { AfterStep, Step, StepDeath, StepPolicy } from './step.ts';
export { OutputTooLarge, runModule } from './wasi.ts';
export { type Run, serveTexts } from './worker.ts';
