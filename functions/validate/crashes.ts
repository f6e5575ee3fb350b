import { publishCrash } from '../../aws/crashes-topic.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { crashFingerprint } from '../../core/message/fingerprint.ts';
import type { CrashEvent, Origin } from '../../core/message/messages.ts';
import type { PluginCrash, Verdict } from '../../core/message/verdict.ts';
import { pluginCrashesOf } from '../../core/supervision/plugin-switch.ts';
import type { EmitterMetric } from '../../telemetry/metrics.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { VerdictOrNone } from './isolated-validator.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';

export type Crash = Extract<Verdict, { kind: 'crash' }>;

/**
 * Names of the metrics. One constant name each, because every value of a dimension would be a
 * metric of its own.
 */
const METRICS = {
  exception: 'CrashException',
  timeout: 'CrashTimeout',
  'out-of-memory': 'CrashOutOfMemory',
  exit: 'CrashExit',
} as const satisfies Record<Crash['crash'], EmitterMetric>;

/**
 * Publishes a crash of this component in this lane while it ran a resource. Repetitions with the same
 * id count as one event.
 */
export function publishValidateCrash(
  { lane, crashesTopic }: ValidateParts,
  {
    reason,
    ...crash
  }: Omit<CrashEvent, 'component' | 'lane' | 'during' | 'fingerprint'> & {
    readonly reason: string;
  },
): Promise<void> {
  return publishCrash(crashesTopic, {
    ...crash,
    component: COMPONENT,
    lane,
    during: 'resource',
    fingerprint: crashFingerprint(COMPONENT, crash.kind, reason),
  });
}

/** Counts and logs a crash that was seen (R60). */
export function countCrash(
  { logger }: ValidateParts,
  tally: Tally,
  origin: Origin,
  { crash, reason }: Crash,
): void {
  tally.add(METRICS[crash]);
  logger.warn('crash', { ...idsOf(origin), kind: crash, reason });
}

/**
 * Counts and logs the crashes of plugins: those of advisory plugins, and the one that is the verdict
 * (R60).
 */
export function countPluginCrashes(
  { logger }: ValidateParts,
  tally: Tally,
  origin: Origin,
  verdict: VerdictOrNone,
): void {
  for (const { plugin, crash, reason } of crashesIn(verdict)) {
    tally.add('PluginCrashes');
    logger.warn('plugin crash', { ...idsOf(origin), plugin, kind: crash, reason });
  }
}

function crashesIn(verdict: VerdictOrNone): readonly PluginCrash[] {
  if (verdict.kind !== 'no-verdict') return pluginCrashesOf(verdict);
  const seen = 'pluginCrash' in verdict ? verdict.pluginCrash : undefined;
  return seen === undefined ? [] : [seen];
}
