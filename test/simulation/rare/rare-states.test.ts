import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../simulation/checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { Host } from '../../../simulation/host.ts';
import { RARE_STATES, type RareState, RareStates } from '../../../simulation/rare/rare-states.ts';
import type { Fate } from '../../../simulation/road.ts';
import type { Message } from '../../../simulation/sqs/message.ts';
import {
  hop,
  hostAt,
  message,
  queueNamed,
  scheduler,
  submission,
  written,
} from '../checks/history.ts';

const one = hostAt('stack-validate-critical#1');
const two = hostAt('stack-validate-critical#2', 100_000);
const of = { functionName: 'stack-validate-critical', requestId: 'r1' };
const Records = [{ messageId: 'm1' }];

const arrived = (queue: string, what: Message): Effect => ({
  kind: 'arrived',
  queue: queueNamed(queue),
  message: what,
});
const received = (what: Message): Effect => ({
  kind: 'received',
  queue: queueNamed('critical'),
  received: { message: what, receiptHandle: 'h', receiveCount: 1 },
});
const invoked: Effect = { kind: 'invoked', ...of, event: { Records } };
const told: Effect = {
  kind: 'published',
  topic: 'x:stack-outcomes',
  message: JSON.stringify({ messageId: 'm1' }),
  attributes: {},
};
const letter = hop('l1', { messageId: 'm1', lane: 'critical' });
const redriven = hop('r1', { messageId: 'm1', lane: 'critical', round: 1 });
const mark = { pk: 'mark#critical#a', sk: `${one.now() + 50_000}#e1` };
const member = { body: '{}', attributes: { 'failsafe-envelope': '{"messageId":"m1"}' } };
const group = message({
  body: JSON.stringify([member, member]),
  attributes: { 'failsafe-group': { DataType: 'String', StringValue: '2' } },
});
const call = (number: number, begunAt: number) =>
  ({ number, method: 'PUT', url: 'u', headers: {}, body: '', begunAt }) as const;
const givenUp: Effect = { kind: 'answered', call: call(1, 5), status: undefined };
const stored = (beforeAt: number): Effect => ({
  ...{ kind: 'stored', server: 's', key: 'k', call: call(1, 5) },
  before: { version: 1, body: '', at: beforeAt, since: 0 },
  after: { version: 2, body: '', at: 9, since: 0 },
});
const befell = (fate: Fate, before: Fate | undefined): Effect => ({
  ...{ kind: 'befell', service: 'dynamodb', command: {}, fate, before },
});
const verdict = new UpdateCommand({
  TableName: written('quarantine', undefined, {}).table,
  Key: { pk: 'm1' },
  ExpressionAttributeNames: { '#quarantinedAt': 'quarantinedAt' },
  ExpressionAttributeValues: { ':quarantinedAt': 5 },
});
const conflict = Object.assign(new Error(), { name: 'ConditionalRequestConflict' });
const waiting = (count: number) => ({
  deliveryShard: 's',
  deliveryFailures: { refused: { count, since: 0 } },
});
const ada = hostAt('operator#1');
const grace = hostAt('operator#2');
const newer = new Host(scheduler, { name: 'stack-validate-critical#3', deployment: 1 });
const crash = (at: number) => written('incidents', undefined, { pk: 's', sk: `crash#${at}`, at });
const incident = (number: number) =>
  written('incidents', undefined, { pk: 's', sk: `incident#${number}`, number, status: 'open' });
const hopPut = (key: string, text: string): Effect => ({
  ...{ kind: 'put', bucket: 'bodies' },
  version: { key, id: 'v', at: 0, bytes: Buffer.from(text) },
});
const put: Effect = {
  kind: 'put',
  bucket: 'vault',
  version: { key: 'k', id: 'v', at: 0, bytes: undefined },
};

const naming = {
  ...call(2, 5),
  ...{ url: 'https://s/Patient/1', headers: { 'if-match': 'W/"2"' } },
};
/** Its clock is a little earlier each time. */
let late = 0;
const backwards = { now: () => (late -= 1) } as unknown as Host;

/** For each state a history that reaches it, and how much of that history does not. */
const HISTORIES: Readonly<Record<RareState, [Effect, Host?][]>> = {
  'a redrive while its letter is still in the queue': [
    [arrived('critical-dead-letter', letter)],
    [arrived('critical-isolation', redriven)],
  ],
  'two operators send one entry back in one round': [
    [arrived('critical-isolation', redriven), ada],
    [arrived('critical-isolation', redriven), grace],
  ],
  'an operator dies between sending an entry back and raising its round': [
    [arrived('critical-isolation', redriven), ada],
    [written('quarantine', {}, { pk: 'm2' }), ada],
    [{ kind: 'died' }, ada],
  ],
  'an operator corrects a body': [[written('quarantine', {}, { corrections: [{}] }), ada]],
  'a message is refused because its patient was erased': [
    [written('quarantine', { pk: 'm1' }, { pk: 'm1', erasure: 1 }), one],
  ],
  'a resource is erased while it is delivered': [
    [written('resources', { deliveryLease: {} }, { deliveryLease: {}, erasure: 1 }), ada],
  ],
  'a message comes again whose resource was erased': [
    [written('resources', {}, { messageId: 'm1', erasure: 1 }), ada],
    [{ ...told, message: JSON.stringify({ messageId: 'm1', verdict: 'stored' }) }, one],
  ],
  'an erasure is ended by another than began it': [
    [written('erasures', undefined, { pk: 'erasures', number: 1 }), ada],
    [written('erasures', {}, { pk: 'erasures', number: 1, endedAt: 9 }), grace],
  ],
  'a copy of an older round is received': [
    [written('quarantine', {}, { pk: 'm1', round: 1 })],
    [received(message())],
  ],
  'an operator overrules a breaker while it probes': [
    [written('breakers', { probe: { owner: 'a' } }, {}), ada],
  ],
  'an operator pauses or resumes a lane in its probe': [
    [written('supervision', { probe: {} }, {}), ada],
  ],
  'old and new code at once': [
    [invoked, one],
    [invoked, newer],
  ],
  'code that was rolled back runs beside what it replaces': [
    [invoked, two],
    [invoked, newer],
    [invoked, hostAt('stack-validate-critical#4')],
  ],
  'an escalation opens an incident': [
    [written('incidents', undefined, { cause: 'crashes' })],
    [written('incidents', undefined, { cause: 'escalation' })],
  ],
  'a lost answer followed by a throttle': [[befell('throttled', 'lostAnswer')]],
  'a partition of a table accepts no more writes': [
    [{ kind: 'too hot', table: 'stack-incidents', where: 'table' }],
  ],
  'an index throttles its table': [[{ kind: 'too hot', table: 'stack-resources', where: 'index' }]],
  'a partition answers no more reads': [
    [{ kind: 'too hot', table: 'stack-resources', where: 'table' }],
    [{ kind: 'too hot', table: 'stack-resources', where: 'reads' }],
  ],
  'a PUT takes effect after it was given up': [[givenUp], [stored(4)]],
  'a PUT takes effect after it was given up, over a newer one': [[givenUp], [stored(6)]],
  'S3 refuses a put because another one of its key is under way': [
    [{ kind: 'failed', service: 's3', command: { input: {} }, error: conflict }],
  ],
  'a verdict takes effect after its delivery gave it up': [
    [{ kind: 'failed', service: 'dynamodb', command: verdict, error: 'TimeoutError' }],
    [written('quarantine', undefined, { pk: 'm1', quarantinedAt: 5 })],
  ],
  'a message is received while an earlier receive of it runs': [
    [invoked, one],
    [invoked, two],
  ],
  'a message is received after it has ended': [[told], [received(message())]],
  'an environment dies with messages': [
    [invoked, one],
    [{ kind: 'died' }, one],
  ],
  'a thaw after the lease of the mark has ended': [
    [written('inflight', undefined, mark), two],
    [{ kind: 'thawed' }, two],
  ],
  'suspects travel as a group': [[arrived('critical-isolation', group)]],
  'an attempt without an end is followed by another': [
    [written('quarantine', { attempts: [{}] }, { attempts: [{}, {}] })],
  ],
  'an older submission is received when a newer one is stored': [
    [written('resources', undefined, { pk: 'hospital-a#Patient#p1', submissionOrder: '9' })],
    [received(message())],
  ],
  'a resource is stored packed': [
    [written('resources', { body: '{}' }, { body: new Uint8Array([1]) })],
  ],
  'a resource that fits into no item is delivered': [
    [written('resources', { bodyS3: {} }, { bodyS3: {}, deliveredAt: 5 })],
  ],
  'a body that does not fit with its envelope is sent on': [
    [hopPut('hops/critical/.canary', 'canary')],
    [hopPut('hops/critical/m1/hash', 'a body')],
  ],
  'a body that SQS does not take is sent on': [
    [hopPut('quarantine/m1/hash', '\uffff')],
    [hopPut('hops/critical/m1/hash', '\uffff')],
  ],
  'a redrive keeps a long reason, cut': [
    [written('quarantine', {}, { rounds: [{ reason: 'x'.repeat(256) }] })],
  ],
  'a probe of a breaker is taken over': [
    [written('breakers', { probe: { owner: 'a' } }, { probe: { owner: 'b' } })],
  ],
  'a breaker opens again while traffic returns': [
    [written('breakers', { phase: 'closed', reopenings: 0 }, { phase: 'open', reopenings: 1 })],
  ],
  'a breaker opens by the share of failed calls': [
    [
      written(
        'breakers',
        { phase: 'closed', window: [] },
        { phase: 'open', why: '5 of 9 calls failed' },
      ),
    ],
  ],
  'a report of calls takes effect, and is not answered': [
    [
      written(
        'breakers',
        { phase: 'closed', version: 1, window: [] },
        { pk: 's', phase: 'closed', version: 2, window: [{ from: 0, calls: 2, failures: 1 }] },
      ),
      one,
    ],
    [
      {
        ...{ kind: 'failed', service: 'dynamodb', error: new Error('no answer') },
        command: { input: { Item: { pk: 's', version: 2 } } },
      },
      one,
    ],
  ],
  'an incident is opened by crashes that came late': [[crash(5)], [crash(3)], [incident(1)]],
  'an incident follows another of its scope': [[incident(2)]],
  'an incident is resolved': [
    [
      written(
        'incidents',
        { sk: 'incident#1', status: 'open' },
        { sk: 'incident#1', status: 'resolved' },
      ),
    ],
  ],
  'a probe of a lane fails': [
    [written('supervision', { setbacks: 0, probe: {} }, { setbacks: 1 })],
  ],
  'two writers of the audit log take turns within a minute': [
    [put, hostAt('stack-audit#1')],
    [put, hostAt('stack-audit#2')],
  ],
  'a FHIR server has forgotten the version that a PUT names': [
    [{ kind: 'answered', call: naming, status: 412 }],
    [{ kind: 'restored', server: 'https://s' }],
    [{ kind: 'answered', call: naming, status: 404 }],
  ],
  'a refused resource is delivered after what it refers to': [
    [written('resources', waiting(1), { deliveryShard: 's', deliveryRefused: 'answered 400' })],
    [written('resources', waiting(1), { deliveredAt: 5 })],
  ],
  'a resource is refused whose reference nobody has stored': [
    [written('resources', waiting(5), { deliveryRefused: 'answered 400' })],
    [written('resources', waiting(6), { deliveryRefused: 'answered 400' })],
  ],
  'a resource is refused that refers to what waits for it': [
    [written('resources', waiting(19), waiting(19))],
    [written('resources', waiting(19), { deliveryRefused: 'answered 422' })],
  ],
  'a deployment enables the queues of a paused lane': [
    [{ kind: 'reset', uuid: 'of a lane that is on' }],
    [{ kind: 'reset', uuid: 'of a paused lane' }],
  ],
  'as many messages of a queue are in flight as may be': [
    [received(message())],
    [{ ...received(message()), queue: queueNamed('full') } as Effect],
  ],
  'the clock of an environment goes back': [
    [{ kind: 'frozen' }, backwards],
    [{ kind: 'thawed' }, backwards],
  ],
  'DynamoDB deletes what has expired': [
    [written('inflight', {}, undefined), one],
    [written('inflight', {}, undefined)],
  ],
  'three environments die of one asynchronous invocation': [
    ...['a', 'a', 'b', 'c'].map((environment): [Effect] => [
      { kind: 'logged', ...of, environment },
    ]),
  ],
};

function reached(history: [Effect, Host?][]): Map<RareState, number> {
  const counts = new Map<RareState, number>();
  const submissions = new Map([['m1', submission()]]);
  const sources = [{ plan: { uuid: 'of a paused lane' }, state: 'Enabling' }];
  const services = { sqs: { queue: (name: string) => ({ isFull: name.endsWith('-full') }) } };
  const states = new RareStates({ submissions, sources, services } as unknown as Seen, counts);
  for (const [effect, by] of history) states.see(effect, by);
  return counts;
}

describe('near a rare state', () => {
  test.each([
    ['one operator sends it twice', 'two operators send one entry back in one round', ada],
    [
      'another command dies',
      'an operator dies between sending an entry back and raising its round',
      grace,
    ],
  ] as const)('%s', (_, name, by) => {
    const last: Effect = name.startsWith('two')
      ? arrived('critical-isolation', redriven)
      : { kind: 'died' };
    const counts = reached([
      [arrived('critical-isolation', redriven), ada],
      [last, by],
    ]);
    expect(counts.get(name)).toBeUndefined();
  });

  test('the round was raised before the operator died', () => {
    const history: [Effect, Host?][] = [
      [arrived('critical-isolation', redriven), ada],
      [written('quarantine', {}, { pk: 'm1' }), ada],
      [{ kind: 'died' }, ada],
    ];
    expect(reached(history).size).toBe(0);
  });

  test('the old environment has ended', () => {
    const ended: Effect = { kind: 'ended', ...of, outcome: { status: 'success', payload: '' } };
    const history: [Effect, Host?][] = [
      [invoked, one],
      [ended, one],
      [invoked, newer],
    ];
    expect(reached(history).get('old and new code at once')).toBeUndefined();
  });

  test('a PUT over one that was stored before it began', () => {
    const counts = reached([[givenUp], [stored(4)]]);
    expect(
      counts.get('a PUT takes effect after it was given up, over a newer one'),
    ).toBeUndefined();
  });
});

describe('rare states', () => {
  test.each(Object.keys(RARE_STATES) as RareState[])('%s', (name) => {
    const history = HISTORIES[name];
    expect(reached(history).get(name)).toBe(1);
    expect(reached(history.slice(0, -1)).get(name)).toBeUndefined();
  });
});
