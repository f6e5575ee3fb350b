/**
 * What others learn of a breaker's transition.
 *
 * The process that made it publishes metrics and log lines at once. The audit log and the supervisor get
 * messages, which a death may prevent. So each item keeps its transitions until `resend` has published them
 * again and has said so in the item. That is harmless: a fact is known by service, generation and time
 * (published twice, it is one entry), and the supervisor reads the breaker's item whenever it is woken.
 */
import type * as z from 'zod';
import { type AuditFact, whoAndWhy } from '../audit/audit-fact.ts';
import { pluginOf } from '../supervision/plugin-switch.ts';
import type { breakerNewsSchema } from '../supervision/supervisor-messages.ts';
import type { Transition } from './breaker-state.ts';

/** The fact for the audit log; an operator's command has a kind of its own (R17). */
export function transitionFact(
  service: string,
  transition: Transition,
  component: string,
): AuditFact {
  const { from, to, generation, at, why, by, openUntil } = transition;
  return {
    id: `breaker#${service}#${generation}#${at}`,
    kind: kindOf(service, by),
    at,
    component,
    ...whoAndWhy({ by, why }),
    details: { service, from, to, generation, ...(openUntil !== undefined && { openUntil }) },
  };
}

function kindOf(service: string, by: string | undefined): AuditFact['kind'] {
  if (pluginOf(service) !== undefined) return 'plugin-switched';
  return by === undefined ? 'breaker-transition' : 'breaker-forced';
}

/** The message for the supervisor's queue. */
export type BreakerNews = z.infer<typeof breakerNewsSchema>;

export function breakerNews(service: string, { from, to, at, openUntil }: Transition): BreakerNews {
  return { breaker: { service, from, to, at, ...(openUntil !== undefined && { openUntil }) } };
}
