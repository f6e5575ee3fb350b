/**
 * Storms around a resolution: crashes before it, after it, reported late, and recorded while it is saved.
 */
import { expect, test } from 'vitest';
import { type CrashEvent, MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { tableAt } from '../../support/handles.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

/** The defaults: 10 in 5 min, quiet for 5 min. */
const stage = useStage({}, ['incident']);
const MINUTE_MS = 60_000;

async function tell(name: string, times: readonly number[]): Promise<void> {
  for (const [n, at] of times.entries()) {
    const id = `${name}-${n}`;
    const crash: CrashEvent = { id, requestId: id, component: 'validate', kind: 'exit', at };
    await send(stage.world.queues.incident, JSON.stringify(crash));
  }
}

async function drain(): Promise<void> {
  let delivered = await deliver(stage.functions.incident, stage.world.queues.incident);
  while (delivered !== undefined) {
    expect(delivered.failed).toEqual([]);
    delivered = await deliver(stage.functions.incident, stage.world.queues.incident);
  }
}

async function minute(): Promise<void> {
  await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
  await drain();
}

async function incidents() {
  const items = await itemsOf(stage.world.tables.incidents);
  return items.filter(({ sk }) => String(sk).startsWith('incident#'));
}
const statuses = async () => (await incidents()).map(({ status }) => status);

/** Ten crashes now, their incident, and eleven minutes without another. */
async function openAndQuiet(): Promise<void> {
  await tell(
    'first',
    Array.from({ length: 10 }, () => Date.now()),
  );
  await drain();
  expect(await statuses()).toEqual(['open']);
  skipTime(11 * MINUTE_MS);
}

const spread = (count: number, from: number, stepMs: number) =>
  Array.from({ length: count }, (_, n) => from + n * stepMs);

async function pagedKeys(): Promise<Set<string>> {
  const pages = (await receive(stage.world.queues.oncall)).map(({ body }) => JSON.parse(body));
  const triggers = pages.filter(({ event_action }) => event_action === 'trigger');
  return new Set(triggers.map(({ dedup_key }) => String(dedup_key).replace(/^.*\//, '')));
}

async function operatorResolves(): Promise<void> {
  const { changeIncident, latestIncident } = await import('../../../aws/incidents-table.ts');
  const { resolve } = await import('../../../core/incident/incident-lifecycle.ts');
  const latest = await latestIncident(tableAt(stage.world.tables.incidents), 'validate');
  if (latest === undefined) throw new Error('nothing to resolve');
  // The operator's clock is five minutes ahead.
  const said = { at: Date.now() + 5 * MINUTE_MS, by: 'ana', why: 'rolled back' };
  await changeIncident(tableAt(stage.world.tables.incidents), latest, (current) => {
    const resolved = resolve(current, said);
    return typeof resolved === 'string' ? undefined : resolved;
  });
}

test('R20: a storm before the resolution that is reported after it pages', async () => {
  await openAndQuiet();
  const resolvedAt = Date.now();
  await minute();
  expect(await statuses()).toEqual(['resolved']);
  skipTime(10_000);
  await tell('late', spread(20, resolvedAt - 8_000, 400));
  await drain();
  expect(await incidents()).toMatchObject([{ status: 'resolved' }, { number: 2, status: 'open' }]);
  expect(await pagedKeys()).toEqual(new Set(['validate#1', 'validate#2']));
});

test('R20: crashes during the quiet that resolved it count with those after it', async () => {
  await openAndQuiet();
  await tell('before', spread(4, Date.now() - 10_000, 1));
  await drain();
  await minute();
  expect(await statuses()).toEqual(['resolved']);
  skipTime(2 * MINUTE_MS);
  await tell('after', spread(9, Date.now(), 1));
  await drain();
  expect(await incidents()).toMatchObject([{ crashes: 14 }, { status: 'open' }]);
});

test('R20: late crashes from inside the resolved period join that incident, unless they alone are enough', async () => {
  const start = Date.now();
  await openAndQuiet();
  await minute();
  await tell('late', spread(9, start, 1));
  await drain();
  expect(await statuses()).toEqual(['resolved']);
  const { latestIncident } = await import('../../../aws/incidents-table.ts');
  const { countAnew } = await import('../../../functions/incident/count-anew.ts');
  const latest = await latestIncident(tableAt(stage.world.tables.incidents), 'validate');
  const evidence = latest && (await countAnew(tableAt(stage.world.tables.incidents), latest));
  expect(evidence?.crashes).toBe(19);
  await tell('later', [start + 60_000]);
  await drain();
  expect(await incidents()).toMatchObject([{ number: 1 }, { number: 2, crashes: 10 }]);
});

test('R20: an operator’s resolution spends what was recorded by then, whatever the clocks say, and nothing else', async () => {
  const start = Date.now();
  await tell('first', spread(12, start, 1));
  await drain();
  await operatorResolves();
  await tell('next', spread(9, start - 1_000, 1));
  await tell('first', spread(12, start, 1));
  await drain();
  expect(await statuses()).toEqual(['resolved']);
  await tell('tenth', [Date.now()]);
  await drain();
  expect(await incidents()).toMatchObject([{ number: 1 }, { number: 2, crashes: 10 }]);
});

/** Runs a callback once, just before the functions put an item whose sort key has this prefix. */
function beforePut(sortKey: string, act: () => Promise<void>): void {
  let acted = false;
  for (const { dynamo } of stage.functions.clients) {
    dynamo.middlewareStack.add(
      (next) => async (args) => {
        const put = 'Item' in args.input && JSON.stringify(args.input).includes(`"${sortKey}`);
        if (put && !acted) {
          acted = true;
          await act();
        }
        return next(args);
      },
      { step: 'initialize', name: 'before-put' },
    );
  }
}

test('R20: a storm between the check that finds it quiet and the resolution pages', async () => {
  await openAndQuiet();
  await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
  const wake = await receive(stage.world.queues.incident);
  beforePut('incident#', async () => {
    await tell('meanwhile', spread(10, Date.now(), 1));
    await drain();
    expect(await statuses()).toEqual(['open']);
  });
  await stage.functions.incident({ Records: wake }, contextWith());
  expect(await statuses()).toEqual(['resolved', 'open']);
  expect(await pagedKeys()).toEqual(new Set(['validate#1', 'validate#2']));
});

test('R20: a storm that only the second look at the quiet can see pages though that look failed once', async () => {
  await openAndQuiet();
  await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
  const wake = await receive(stage.world.queues.incident);
  beforePut('incident#', async () => {
    await tell('meanwhile', spread(10, Date.now(), 1));
    await drain();
  });
  let isResolved = false;
  const repair = failCalls(stage.functions, 'dynamo', (command, input) => {
    isResolved ||= command === 'PutItemCommand' && JSON.stringify(input).includes('quietSince');
    return isResolved && command === 'QueryCommand';
  });
  const answer = await stage.functions.incident({ Records: wake }, contextWith());
  expect(answer.batchItemFailures).toHaveLength(1);
  expect(await statuses()).toEqual(['resolved']);
  repair();
  await minute();
  expect(await statuses()).toEqual(['resolved', 'open']);
  expect(await pagedKeys()).toEqual(new Set(['validate#1', 'validate#2']));
});

test('R20: crashes that are recorded while an operator resolves are not counted as read', async () => {
  await tell('first', spread(10, Date.now(), 1));
  await drain();
  beforePut('crash#', operatorResolves);
  await tell('meanwhile', spread(9, Date.now(), 1));
  await drain();
  expect(await statuses()).toEqual(['resolved']);
  await tell('tenth', [Date.now()]);
  await drain();
  expect(await statuses()).toEqual(['resolved', 'open']);
});

test('R20: a storm that met a resolution counts, even if its recorder dies before it knows', async () => {
  await tell('first', spread(10, Date.now(), 1));
  await drain();
  beforePut('crash#', operatorResolves);
  await tell('meanwhile', spread(10, Date.now(), 1));
  let hasRecorded = false;
  const repair = failCalls(stage.functions, 'dynamo', (command) => {
    hasRecorded ||= command === 'PutItemCommand';
    return hasRecorded && command === 'QueryCommand';
  });
  const died = await deliver(stage.functions.incident, stage.world.queues.incident);
  expect(died?.failed).toHaveLength(10);
  expect(await statuses()).toEqual(['resolved']);
  repair();
  skipTime(MINUTE_MS);
  await drain();
  expect(await incidents()).toMatchObject([{ number: 1 }, { number: 2, crashes: 10 }]);
});

const SUPERVISOR = 'supervisor:application';

async function resolveEscalated(): Promise<void> {
  const { changeIncident, latestIncident } = await import('../../../aws/incidents-table.ts');
  const table = tableAt(stage.world.tables.incidents);
  const latest = await latestIncident(table, SUPERVISOR);
  if (latest === undefined) throw new Error('nothing to resolve');
  const resolved = { at: Date.now() + 1, by: 'ana', why: 'resumed' };
  await changeIncident(table, latest, (current) => ({ ...current, status: 'resolved', resolved }));
}

async function escalate(id: string, at = Date.now()): Promise<void> {
  const escalation = { scope: SUPERVISOR, at, why: '4 restarts in 5 s', id };
  await send(stage.world.queues.incident, JSON.stringify({ escalation }));
}

/** The next escalation is delivered, and the function dies at its first such call after it was recorded. */
async function dieAfterRecording(command: string): Promise<void> {
  let hasRecorded = false;
  const repair = failCalls(stage.functions, 'dynamo', (name) => {
    hasRecorded ||= name === 'PutItemCommand';
    return hasRecorded && name === command;
  });
  const died = await deliver(stage.functions.incident, stage.world.queues.incident);
  expect(died?.failed).toHaveLength(1);
  repair();
}

test('R20 R31: an escalation that met a resolution opens the next incident, even if its recorder dies before it knows', async () => {
  await escalate('e-1');
  await drain();
  beforePut('escalation#', resolveEscalated);
  await escalate('e-2');
  await dieAfterRecording('QueryCommand');
  expect(await statuses()).toEqual(['resolved']);
  skipTime(MINUTE_MS);
  await drain();
  expect(await statuses()).toEqual(['resolved', 'open']);
});

test('R20 R31: an escalation that was recorded before a resolution opens nothing after it, even if its recorder dies', async () => {
  await escalate('e-1');
  await dieAfterRecording('PutItemCommand');
  expect(await statuses()).toEqual([]);
  skipTime(MINUTE_MS);
  await drain();
  expect(await statuses()).toEqual(['open']);
  await escalate('e-2');
  const [record] = await receive(stage.world.queues.incident);
  if (record === undefined) throw new Error('nothing received');
  const invoke = () => stage.functions.incident({ Records: [record] }, contextWith());
  expect(await invoke()).toEqual({ batchItemFailures: [] });
  await resolveEscalated();
  // It was not deleted, and comes again.
  expect(await invoke()).toEqual({ batchItemFailures: [] });
  expect(await statuses()).toEqual(['resolved']);
});

test('R20 R31: a copy of an escalation opens its incident, and the message that recorded it opens no other', async () => {
  await escalate('e-1');
  await dieAfterRecording('QueryCommand');
  expect(await statuses()).toEqual([]);
  await escalate('e-1');
  const copy = await deliver(stage.functions.incident, stage.world.queues.incident);
  expect(copy?.failed).toEqual([]);
  expect(await statuses()).toEqual(['open']);
  await resolveEscalated();
  skipTime(MINUTE_MS);
  await drain();
  expect(await statuses()).toEqual(['resolved']);
});

test('R20 R31: an escalation from before a resolution, reported after it, opens the next; a repetition does not', async () => {
  const start = Date.now();
  await escalate('e-1', start);
  await drain();
  await resolveEscalated();
  await escalate('e-1', start);
  await drain();
  expect(await statuses()).toEqual(['resolved']);
  await escalate('e-2', start);
  await drain();
  expect(await statuses()).toEqual(['resolved', 'open']);
});

test('R22: crashes that are dated in the future do not keep an incident open', async () => {
  await tell('future', spread(5, Date.now() + 365 * 24 * 60 * MINUTE_MS, 1_000));
  await openAndQuiet();
  await minute();
  expect(await statuses()).toEqual(['resolved']);
});
