import { expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import { breakerNews, transitionFact } from '../../../core/breaker/breaker-news.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { breakerNewsSchema } from '../../../core/supervision/supervisor-messages.ts';
import { failing, recovered } from './breaker-support.ts';

const opened = failing(5, 7);

test('a transition is one fact, identified by service, generation and time, however often it is published', () => {
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

test("R17: an operator's command is a separate kind, and says who and why, at any length", () => {
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

test('the supervisor gets the old and new phase, and how long an open one stays open', () => {
  const news = opened.recent.map((each) =>
    breakerNewsSchema.parse(breakerNews('fhir-server', each)),
  );
  expect(news).toEqual([
    { breaker: { service: 'fhir-server', from: 'closed', to: 'open', at: 7, openUntil: 30_007 } },
  ]);
  const [, halfOpened] = recovered(30_000).recent;
  expect(halfOpened && breakerNews('s', halfOpened).breaker).not.toHaveProperty('openUntil');
});
