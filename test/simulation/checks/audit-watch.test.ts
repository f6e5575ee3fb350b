import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type AppendedEntry,
  appendFacts,
  genesis,
  type RecordedFact,
} from '../../../core/audit/audit-chain.ts';
import { objectKeyOf, objectText } from '../../../core/audit/audit-keys.ts';
import type { Seen } from '../../../simulation/checker.ts';
import { AuditWatch } from '../../../simulation/checks/audit-watch.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { message, queueNamed, written } from './history.ts';

const known = [{ id: 'AROABREAKER', as: 'deliver', kinds: ['breaker-transition'] }];
const variables = {
  TELLERS: JSON.stringify({ senderIds: 'verify', known }),
  HASH_KEY_ARN: 'key',
  AUDIT_BUCKET: 'vault',
  AUDIT_TABLE: 'audit',
};
const hash = (id: string) => createHmac('sha256', 'k').update(id).digest('hex').slice(0, 32);

function seenWith(rows: readonly object[]): Pick<Seen, 'plan' | 'services'> {
  const audit = { name: 'stack-audit', properties: { Environment: { Variables: variables } } };
  const services = {
    sqs: { queue: () => ({ size: 0 }) },
    secrets: new Map([['key', 'k']]),
    dynamo: { table: () => ({ items: () => rows }) },
  };
  return { plan: { functions: [audit] }, services } as unknown as Pick<Seen, 'plan' | 'services'>;
}

const told = (id: string, kind = 'breaker-transition', senderId = 'AROABREAKER:x'): Effect => ({
  kind: 'arrived',
  queue: queueNamed('audit.fifo'),
  message: message({ body: JSON.stringify({ id, kind }), senderId }),
});
const ID = 'breaker#shared#1#5';
const transition = written('breakers', undefined, {
  ...{ pk: 'shared', generation: 1, recent: [{ generation: 1, at: 5 }] },
});

function recorded(kind: RecordedFact['kind'] | 'refused', id: string) {
  const fact = { fact: hash(id), kind, at: 1, component: 'c', teller: 't', details: {} };
  const how = { chain: 'main', recordedAt: 1, configuration: 'c' };
  const entries: AppendedEntry[] = appendFacts(genesis('main'), [fact as RecordedFact], how);
  const lines = entries.map(({ line }) => line);
  const put: Effect = {
    kind: 'put',
    bucket: 'vault',
    version: {
      ...{ key: objectKeyOf('main', 1), id: 'v1', at: 1 },
      bytes: Buffer.from(objectText(lines)),
    },
  };
  return { put, rows: lines.map((line) => ({ line })) };
}

function watched(rows: readonly object[], ...effects: Effect[]): AuditWatch {
  const watch = new AuditWatch(seenWith(rows));
  for (const effect of effects) watch.see(effect);
  return watch;
}

describe('R40: the watch on the audit log', () => {
  const { put, rows } = recorded('breaker-transition', ID);

  test('waits for what its queue accepted, and then finds nothing', () => {
    const watch = watched(rows, told(ID));
    expect(watch.unfinished()).toContain('is not in the audit log');
    watch.see(put);
    expect(watch.unfinished()).toBeUndefined();
    expect(() => watch.end()).not.toThrow();
  });

  test('finds a transition of a breaker that nobody published', () => {
    expect(watched([], transition).unfinished()).toContain(`breaker-transition#${hash(ID)}`);
    expect(watched(rows, transition, told(ID), put).unfinished()).toBeUndefined();
  });

  test('finds a transition that counts as published before the queue has it', () => {
    const before = transition.after ?? {};
    const confirmed = written('breakers', before, { ...before, publishedTo: 1 });
    expect(() => watched([], transition, confirmed)).toThrow('R40: generation 1 of shared');
    expect(() => watched([], transition, told(ID), confirmed)).not.toThrow();
    const earlier = written('breakers', before, { ...before, publishedTo: 0 });
    expect(() => watched([], transition, earlier)).not.toThrow();
  });

  test('finds an incident whose opening or end nobody published', () => {
    const incident = { sk: 'incident#000001', scope: 's', number: 1, openedAt: 7 };
    const open = { ...incident, status: 'open' };
    const opened = watched([], written('incidents', undefined, open));
    expect(opened.unfinished()).toContain(`incident-opened#${hash('incident s#1 of 7: opened')}`);
    const resolved = watched([], written('incidents', open, { ...open, status: 'resolved' }));
    expect(resolved.unfinished()).toContain('incident-resolved#');
  });

  test('expects only an entry about the refusal from a sender that may not publish the fact', () => {
    const refused = recorded('refused', 'x');
    const stranger = told(ID, 'breaker-transition', 'AROASTRANGER:x');
    expect(watched([], stranger).unfinished()).toBeUndefined();
    expect(() => watched(refused.rows, stranger, refused.put).end()).not.toThrow();
  });

  test('finds an entry that nobody published, and an incomplete table', () => {
    expect(() => watched(rows, put).end()).toThrow('nobody told fact');
    expect(() => watched([], told(ID), put).end()).toThrow('the table lacks an entry');
  });
});
