/** The breakers of this environment: of the terminology server, and the switches of plugins. */
import { makeBreakers, readBreakerEnvironment } from '../../breaker/make-breakers.ts';
import type { BreakerPolicy } from '../../core/breaker/breaker-policy.ts';
import { clients, machine } from './environment.ts';

const policies = new Map<string, BreakerPolicy>();

export const breakers = makeBreakers(
  readBreakerEnvironment(process.env),
  { ...machine, ...clients },
  policies,
);

/** Gives a service a policy of its own; to be called while loading. */
export function setBreakerPolicy(service: string, policy: BreakerPolicy): void {
  policies.set(service, policy);
}
