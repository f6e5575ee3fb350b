export type { MischiefOptions } from './event-source/duplicates-and-reordering.ts';
export type { FailedBatch } from './event-source/mappings.ts';
export type { LogLine } from './lambda/platform-log.ts';
export type { LogDelivery } from './logs/delivery-delay.ts';
export type { Page } from './pages.ts';
export { type Runtime, type RuntimeOptions, startRuntime } from './runtime.ts';
export type { Clock } from './schedule.ts';
