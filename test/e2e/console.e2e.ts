/** The console on a deployed stack shows what is there, and acts as the command line does. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Counted } from '../../console/contract/acts.ts';
import type { Lives } from '../../console/contract/message-lives.ts';
import type { EntryView } from '../../console/contract/quarantine.ts';
import type { Revealed } from '../../console/contract/reveal.ts';
import { ROUTES } from '../../console/contract/routes.ts';
import type { BulkRun, Run } from '../../console/contract/runs.ts';
import { type Console, openConsole } from '../../console/open.ts';
import { bundlePage } from '../../console/page/bundle.ts';
import { PageInTest } from '../console/support/page-in-test.ts';
import { patient } from './resources.ts';
import { quarantined, send } from './services.ts';
import { STAGE } from './settings.ts';
import { until } from './until.ts';

const run = inject('run');
const reason = 'an end-to-end test';
const consoles: Console[] = [];

async function pageOf(operate: boolean): Promise<PageInTest> {
  const page = await bundlePage();
  const opened = await openConsole({ stage: STAGE, operate, by: 'e2e', port: 0, page });
  consoles.push(opened);
  return new PageInTest(opened.address);
}

let looking: PageInTest;
let acting: PageInTest;
beforeAll(async () => {
  [looking, acting] = await Promise.all([pageOf(false), pageOf(true)]);
});
afterAll(() => Promise.all(consoles.map((opened) => opened.stop())));

/** Breaks a rule, and is rejected. */
const invalid = (id: string) => patient(id, { gender: 'sometimes' });

async function rejected(id: string): Promise<string> {
  const messageId = await send('background', invalid(id));
  await until(
    `${id} is rejected`,
    () => quarantined(messageId),
    (item) => item?.['status'] === 'quarantined',
  );
  return messageId;
}

describe('the console', () => {
  it('shows queues, lanes, the tree, incidents and the audit log of the stack', async () => {
    expect(await looking.until('hello')).toMatchObject({ operate: false, local: false });
    const snapshot = await looking.until('snapshot', ({ queues, lanes, tree, incidents, audit }) =>
      [queues, lanes, tree, incidents, audit].every(({ readAt }) => readAt !== undefined),
    );
    const names = snapshot.queues.value?.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'background',
        'background-isolation',
        'critical-dead-letter',
        'audit.fifo',
      ]),
    );
    expect(snapshot.lanes.value?.map(({ lane }) => lane)).toEqual(
      expect.arrayContaining(['background', 'critical']),
    );
    for (const { mappings } of snapshot.lanes.value ?? []) expect(mappings).toHaveLength(2);
    expect(snapshot.tree.value?.[0]).toMatchObject({ name: 'application' });
  });

  it('shows the life of a message, and does nothing without --operate (R08)', async () => {
    const id = await rejected(`console-look-${run}`);
    const lives = await looking.get<Lives>(ROUTES.lives, { id });
    expect(lives.body.lives).toMatchObject([{ messageId: id, ending: 'rejected' }]);
    const entry = await looking.get<EntryView>(ROUTES.entry, { id });
    expect(entry.body).toMatchObject({ kind: 'rejection', body: 'masked' });
    expect(JSON.stringify(entry.body)).not.toContain('sometimes');
    const word = { word: 'pause', lane: 'critical', reason };
    expect(await looking.post(ROUTES.lane, word)).toMatchObject({ status: 403 });
  });

  it('reveals with a reason, redrives what was counted, and discards it (R07, R42)', async () => {
    const id = await rejected(`console-act-${run}`);
    const revealed = await acting.post<Revealed>(ROUTES.reveal, { what: 'entry', id, reason });
    expect(JSON.parse(revealed.body.body)).toMatchObject({ id: `console-act-${run}` });
    expect(revealed.body.issues[0]?.lines).toHaveLength(1);

    const again = await act('redrive', id);
    expect(again).toMatchObject({ state: 'done', counts: { sent: 1 } });
    expect(again.aftermath).toEqual({ 'rejected again': 1 });
    expect(await act('discard', id)).toMatchObject({ state: 'done', counts: { discarded: 1 } });
    expect(await quarantined(id)).toMatchObject({ status: 'discarded' });
  });
});

async function act(kind: 'redrive' | 'discard', id: string): Promise<BulkRun> {
  const selected = { ids: [id] };
  const { body: counted } = await acting.post<Counted>(ROUTES.count, { kind, selected });
  expect(counted.count).toBe(1);
  const { before, count } = counted;
  const begin = { kind, selected, before, count, rate: 10, reason };
  const { body: begun } = await acting.post<Run>(ROUTES.bulk, begin);
  const runs = await acting.until('runs', (all) =>
    all.some((each) => each.id === begun.id && each.endedAt !== undefined),
  );
  return runs.find((each) => each.id === begun.id) as BulkRun;
}
