/**
 * What others are told of a breaker's transition.
 *
 * Metrics and log are told at once by who made it. The audit log and the supervisor are told by
 * messages, which a death may swallow: so each item keeps its latest transitions, and they are told
 * anew for a while. That is harmless, because a fact is known by service, generation and time
 * (facts told twice are one), and the supervisor looks at the breaker's item whenever it is woken.
 */
import type { z } from 'zod';
import type { AuditFact } from '../audit/audit-fact.ts';
import { pluginOf } from '../supervision/plugin-switch.ts';
import type { breakerNewsSchema } from '../supervision/supervisor-messages.ts';
import type { Transition } from './breaker-state.ts';

const REASON_CHARACTERS_MAX = 1_000;
const NAME_CHARACTERS_MAX = 128;

/** The fact for the audit log; an operator's word is a kind of its own (R17). */
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
    ...(by !== undefined && { actor: by.slice(0, NAME_CHARACTERS_MAX) || 'unknown' }),
    reason: why.slice(0, REASON_CHARACTERS_MAX),
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

/** How long a transition is told anew; exactly that old it no longer is. */
const TELL_AGAIN_MS = 180_000;

/** Transitions of an item that may not have been told yet. */
export function transitionsToPublish(recent: readonly Transition[], now: number): Transition[] {
  return recent.filter(({ at }) => now - at < TELL_AGAIN_MS);
}
