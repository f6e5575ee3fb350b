/** The breakers of an environment: `breakers.guard('fhir-server', (signal) => …, { timeoutMs })`. */
import { breakersTable } from '../aws/breakers-table.ts';
import type { Clients } from '../aws/clients.ts';
import { type Env, requiredEnv } from '../aws/env.ts';
import { pause } from '../aws/machine.ts';
import type { Surroundings } from '../aws/surroundings.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import type { Transition } from '../core/breaker/breaker-state.ts';
import { ENV } from '../telemetry/env-names.ts';
import { faultOf } from '../telemetry/log.ts';
import { Breakers, type BreakersTools } from './breakers.ts';
import { publishTransition, type TransitionQueues } from './publish-transitions.ts';

export interface BreakerDeps extends Surroundings, Pick<Clients, 'hastyDynamo' | 'sqs'> {}

export type BreakerEnv = ReturnType<typeof readBreakerEnv>;

/** The environment variables of a function that calls through a breaker. */
export const readBreakerEnv = (env: Env) => ({
  breakersTable: requiredEnv('breakersTable', env),
  auditQueueUrl: env[ENV.auditQueueUrl],
  supervisorQueueUrl: env[ENV.supervisorQueueUrl],
});

const METRIC_OF_PHASE = {
  closed: 'BreakerClosed',
  open: 'BreakerOpened',
  'half-open': 'BreakerHalfOpened',
} as const;

export function transitionQueuesOf(
  { auditQueueUrl, supervisorQueueUrl }: Omit<BreakerEnv, 'breakersTable'>,
  { sqs, randomId }: Pick<BreakerDeps, 'sqs' | 'randomId'>,
): TransitionQueues {
  return {
    audit:
      auditQueueUrl === undefined ? undefined : { url: auditQueueUrl, sqs, secret: randomId() },
    supervisor: supervisorQueueUrl === undefined ? undefined : { url: supervisorQueueUrl, sqs },
  };
}

/** `policies` are those of services that do not use the default. */
export function makeBreakers(
  env: BreakerEnv,
  deps: BreakerDeps,
  policies: ReadonlyMap<string, BreakerPolicy> = new Map(),
): Breakers {
  const store = breakersTable({ name: env.breakersTable, dynamo: deps.hastyDynamo });
  return new Breakers(store, toolsOf(deps, transitionQueuesOf(env, deps)), policies);
}

function toolsOf(deps: BreakerDeps, who: TransitionQueues): BreakersTools {
  const { telemetry, now, random, randomId, later } = deps;
  const { emit, logger } = telemetry;
  const environmentId = randomId().slice(0, 8);
  const publishing = new Set<Promise<void>>();
  let tokens = 0;
  /**
   * Runs beside the call, which must not wait for it. A transition that is not published now is
   * published again later.
   */
  const publish = (service: string, transition: Transition) => {
    const published = publishTransition(who, service, transition)
      .catch((fault: unknown) => {
        emit('BreakerNewsDelayed', 'breaker', service);
        logger.error('transition not published', { service, ...faultOf(fault) });
      })
      .finally(() => publishing.delete(published));
    publishing.add(published);
  };
  return {
    ...{ now, random, later },
    token() {
      tokens += 1;
      return `${environmentId}-${tokens}`;
    },
    pause: (ms) => pause(deps, ms),
    onTransition(service, transition) {
      emit(METRIC_OF_PHASE[transition.to], 'breaker', service);
      logger.warn('breaker', { service, ...transition });
      publish(service, transition);
    },
    onOwnTransition(service, transition) {
      emit(METRIC_OF_PHASE[transition.to], 'breaker', service);
      logger.warn('own breaker of this environment', { service, ...transition });
    },
    async published() {
      await Promise.all(publishing);
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
}
