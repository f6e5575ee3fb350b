import { expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import {
  breakerNews,
  transitionFact,
  transitionsToPublish,
} from '../../../core/breaker/breaker-news.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { RECENT_MAX, UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { breakerNewsSchema } from '../../../core/supervision/supervisor-messages.ts';
import { failing, recovered } from './breaker-support.ts';

const opened = failing(5, 7);

test('a transition is a fact known by service, generation and time, however often it is told', () => {
  const [transition] = opened.recent;
  const fact = transition && transitionFact('fhir-server', transition, 'breaker');
  expect(auditFactSchema.parse(fact)).toEqual({
    id: 'breaker#fhir-server#1#7',
    kind: 'breaker-transition',
    at: 7,
    component: 'breaker',
    reason: '5 consecutive failures',
    details: {
      service: 'fhir-server',
      from: 'closed',
      to: 'open',
      generation: 1,
      openUntil: 30_007,
    },
  });
});

test("R17: an operator's word is a kind of its own, and says who and why, at any length", () => {
  const word = {
    kind: 'reset',
    by: 'a'.repeat(500),
    reason: 'r'.repeat(5_000),
    token: 't',
  } as const;
  const fact = auditFactSchema.parse(
    transitionFact('s', obey(UNKNOWN_SERVICE, word, 1).transition, 'cli'),
  );
  expect(fact).toMatchObject({ kind: 'breaker-forced', component: 'cli' });
  expect(fact.actor).toMatch(/^a+$/);
  expect(fact.reason).toMatch(/^reset: r+$/);
  const nobody = obey(UNKNOWN_SERVICE, { ...word, by: '' }, 1).transition;
  expect(transitionFact('s', nobody, 'cli').actor).toBe('unknown');
});

test('the supervisor is told from where to where, and of an open one until when', () => {
  const news = opened.recent.map((each) =>
    breakerNewsSchema.parse(breakerNews('fhir-server', each)),
  );
  expect(news).toEqual([
    { breaker: { service: 'fhir-server', from: 'closed', to: 'open', at: 7, openUntil: 30_007 } },
  ]);
  const [, halfOpened] = recovered(30_000).recent;
  expect(halfOpened && breakerNews('s', halfOpened).breaker).not.toHaveProperty('openUntil');
});

test('an item keeps its latest transitions, which are told anew for three minutes', () => {
  const { recent } = recovered(30_000);
  expect(recent.map(({ to, at }) => [to, at])).toEqual([
    ['open', 0],
    ['half-open', 30_000],
    ['closed', 30_000],
  ]);
  expect(transitionsToPublish(recent, 179_999)).toEqual(recent);
  expect(transitionsToPublish(recent, 180_000)).toEqual(recent.slice(1));
  let state = obey(UNKNOWN_SERVICE, { kind: 'reset', by: 'a', reason: '', token: 't' }, 1).next;
  for (let n = 0; n < RECENT_MAX; n += 1) {
    state = obey(state, { kind: 'reset', by: 'a', reason: '', token: `${n}` }, 2).next;
  }
  expect(state.recent.map(({ at }) => at)).toEqual(Array(RECENT_MAX).fill(2));
});
