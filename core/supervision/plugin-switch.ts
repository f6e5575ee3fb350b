/**
 * Off or on: the switch of a plugin is a breaker, shared by the fleet.
 *
 * A plugin is a child that is started again for each resource, so it is switched off by the rule of its
 * supervisor (R30): more restarts than `intensity` within `period`, 3 in 5 s, that is on the fourth crash.
 * Crashes over the same message count once, because we are the ones who try it again: so one bad resource
 * switches nothing off, four different ones do. It comes back as a service does (R12, R13, R16): one
 * resource is its probe, at most one at a time in the fleet, and a probe that does not crash switches it
 * on. An operator's command holds until its expiry (R17). While it is off, an advisory plugin is skipped
 * with a warning; the resources of a required one wait, and no attempt is counted (R09).
 */
import { type BreakerPolicy, DEFAULT_BREAKER_POLICY } from '../breaker/breaker-policy.ts';
import type { PluginCrash, Verdict } from '../message/verdict.ts';
import type { IntensityPolicy } from './restart-intensity.ts';

const PREFIX = 'plugin-';

/** The name of a plugin's breaker. */
export function switchOf(plugin: string): string {
  return `${PREFIX}${plugin}`;
}

/** The plugin that a breaker belongs to; undefined for a service's breaker. */
export function pluginOf(service: string): string | undefined {
  return service.startsWith(PREFIX) ? service.slice(PREFIX.length) : undefined;
}

/** One probe that does not crash switches it on for all resources at once. */
export function switchPolicy({ intensity, periodMs }: IntensityPolicy): BreakerPolicy {
  const trip = { kind: 'intensity', intensity, periodMs } as const;
  return { ...DEFAULT_BREAKER_POLICY, trip, probes: 1, ramp: [] };
}

/** What a verdict says about a plugin: `unknown` if the plugin did not run. */
export function switchOutcome(
  { name, resourceTypes }: { readonly name: string; readonly resourceTypes: readonly string[] },
  verdict: Verdict | undefined,
): 'success' | 'failure' | 'unknown' {
  if (verdict === undefined) return 'unknown';
  if (pluginCrashesOf(verdict).some(({ plugin }) => plugin === name)) return 'failure';
  if (verdict.kind === 'crash' || !isCheckedByPlugins(verdict)) return 'unknown';
  const { resourceType = '' } = verdict;
  return resourceTypes.length === 0 || resourceTypes.includes(resourceType) ? 'success' : 'unknown';
}

/** The crashes of plugins in a verdict: those of advisory ones, or the one that the verdict is. */
export function pluginCrashesOf(verdict: Verdict): readonly PluginCrash[] {
  if (verdict.kind !== 'crash') return verdict.pluginCrashes ?? [];
  const { plugin, crash, reason } = verdict;
  return plugin === undefined ? [] : [{ plugin, crash, reason }];
}

/** Plugins do not run for resources that the validator rejects. */
function isCheckedByPlugins(verdict: Extract<Verdict, { kind: 'valid' | 'invalid' }>): boolean {
  return (
    verdict.kind === 'valid' ||
    !verdict.issues.some(({ severity, plugin }) => severity === 'error' && plugin === undefined)
  );
}
