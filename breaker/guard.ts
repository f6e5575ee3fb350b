/**
 * `await guard('fhir-server', (signal) => fetch(url, { signal }), { timeoutMs: 5_000 })`: calls an
 * external service through its breaker, which the whole fleet shares.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { breakersTable } from '../aws/breakers-table.ts';
import { requiredEnv } from '../aws/env.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import type { Transition } from '../core/breaker/breaker-state.ts';
import { emit, faultOf, logger } from '../telemetry/telemetry.ts';
import { Breakers, type BreakersTools, type Call, type GuardOptions } from './breakers.ts';
import { tellTransition } from './tell.ts';

const policies = new Map<string, BreakerPolicy>();
const environmentId = randomUUID().slice(0, 8);
const telling = new Set<Promise<void>>();
let tokens = 0;

const tools: BreakersTools = {
  now: () => Date.now(),
  random: () => Math.random(),
  token() {
    tokens += 1;
    return `${environmentId}-${tokens}`;
  },
  pause: (ms) => pause(ms),
  onTransition(service, transition) {
    emit(METRIC_OF_PHASE[transition.to], 'breaker', service);
    logger.warn('breaker', { service, ...transition });
    tell(service, transition);
  },
  onOwnTransition(service, transition) {
    emit(METRIC_OF_PHASE[transition.to], 'breaker', service);
    logger.warn('breaker of this environment alone', { service, ...transition });
  },
  async told() {
    await Promise.all(telling);
  },
  onForced(service, { by, until }) {
    emit('BreakerForced', 'breaker', service);
    logger.warn('breaker forced', { service, by, until });
  },
  onStoreFault(service, fault) {
    emit('BreakerStoreUnavailable', 'breaker', service);
    logger.error('breaker store', { service, ...faultOf(fault) });
  },
  onRefused: (service) => emit('BreakerRefused', 'breaker', service),
  onProbe: (service) => emit('BreakerProbes', 'breaker', service),
};

/** Goes on beside the call, which must not wait for it; what is not told now is told anew. */
function tell(service: string, transition: Transition): void {
  const told = tellTransition(service, transition)
    .catch((fault: unknown) => {
      emit('BreakerNewsDelayed', 'breaker', service);
      logger.error('breaker news', { service, ...faultOf(fault) });
    })
    .finally(() => telling.delete(told));
  telling.add(told);
}

const METRIC_OF_PHASE = {
  closed: 'BreakerClosed',
  open: 'BreakerOpened',
  'half-open': 'BreakerHalfOpened',
} as const;

/** The breakers of this environment. */
export const breakers = new Breakers(breakersTable(requiredEnv('breakersTable')), tools, policies);

/** Gives a service a policy of its own; to be called while loading. */
export function setBreakerPolicy(service: string, policy: BreakerPolicy): void {
  policies.set(service, policy);
}

/**
 * Calls a service, unless its breaker says not to. Without a fallback throws BreakerRefused (with
 * `retryAt`) where it does, CallTimedOut after `timeoutMs`, and what the call throws.
 */
export function guard<T>(service: string, call: Call<T>, options: GuardOptions<T>): Promise<T> {
  return breakers.guard(service, call, options);
}
