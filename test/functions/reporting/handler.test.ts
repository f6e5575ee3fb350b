import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { MINUTE_WAKE } from '../../../core/message/messages.ts';
import type { DayReport } from '../../../core/report/day-report.ts';
import { dayOf } from '../../../core/report/utc-day.ts';
import { pageOf } from '../../../functions/incident/page.ts';
import { opened } from '../../core/incident/incident-support.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import type { Doomed } from '../../support/die-at-every-step.ts';
import { failCalls } from '../../support/faults.ts';
import { DAY_MS, ended, keysIn, loadInsight, rejected, say } from '../../support/insight.ts';
import { depthOf, objectAt } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;
let reporting: Doomed;
/** A day that is over, and a moment before noon of it. */
let endedAt: number;
let day: string;

beforeEach(async () => {
  world = await buildWorld();
  reporting = await loadInsight('reporting');
  endedAt = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
  day = dayOf(endedAt);
});

const tell = (...bodies: (object | string)[]) => say(world.queues.reporting, ...bodies);
const take = (context = contextWith()) =>
  deliver(reporting.handler, world.queues.reporting, { context });
async function minute(): Promise<void> {
  await tell(MINUTE_WAKE);
  await take();
}
const keys = (prefix: string) => keysIn(world.reportsBucket, prefix);
const read = (key = '') => objectAt({ bucket: world.reportsBucket, key });
async function latest(): Promise<DayReport> {
  const editions = (await keys(`reports/${day}/`)).filter((key) => key.endsWith('.json'));
  return JSON.parse(await read(editions.at(-1)));
}
/** The grace period after midnight is over. */
const skipGrace = () => skipTime(15 * 60_000);

describe('a day that is over', () => {
  beforeEach(skipGrace);

  test('R08: is reported within a minute, as page, table and data, without naming anyone', async () => {
    await tell(
      ended('m-1', { sentAt: endedAt - 100, endedAt }),
      rejected('m-2', { sentAt: endedAt - 300, endedAt }),
      ended('m-3', { endedAt, verdict: 'dead-lettered', crash: 'exit', fingerprint: 'f' }),
    );
    await take();
    await minute();
    expect(await keys('reports/')).toEqual(
      ['csv', 'html', 'json'].map((kind) => `reports/${day}/000001.${kind}`),
    );
    expect(await latest()).toMatchObject({
      day,
      ends: { stored: 1, rejected: 1, 'dead-lettered': 1 },
      latencies: { longest: 300 },
      reasons: [{ count: 1 }, { count: 1 }],
    });
    expect(await read(`reports/${day}/000001.csv`)).toContain(
      `\r\n"${day}","clinic","background",1,1,1,`,
    );
    const page = await read(`reports/${day}/000001.html`);
    expect(page).toContain('3 messages of 1 source ended, 33.33% of them stored.');
    expect(page).toContain('code-invalid at Patient.gender');
    expect(page).not.toMatch(/m-[123]/);
    expect(await keys('due/')).toEqual([]);
    expect(await depthOf(world.queues.reporting)).toBe(0);
  });

  test('is reported again if more outcomes of it come, but not for a repetition', async () => {
    const first = ended('m-1', { endedAt });
    await tell(first);
    await take();
    await minute();
    await tell(first, ended('m-2', { endedAt }));
    await take();
    await minute();
    expect(await latest()).toMatchObject({ ends: { stored: 2 }, repeats: 1 });
    const editions = await keys(`reports/${day}/`);
    expect(editions.map((key) => key.slice(-11)).filter((key) => key.endsWith('html'))).toEqual([
      '000001.html',
      '000002.html',
    ]);
  });

  test('is not reported again without need', async () => {
    await tell(ended('m-1', { endedAt }));
    await take();
    await minute();
    const repair = failCalls(reporting, 's3', (command) => command === 'PutObjectCommand');
    await minute();
    repair();
    expect(await keys('reports/')).toHaveLength(3);
    expect(await keys('due/')).toEqual([]);
  });

  test('R50: is reported after days of failures, the oldest first, one a minute', async () => {
    const days = [3, 2, 1].map((ago) => endedAt - ago * DAY_MS);
    for (const at of days) await tell(ended(`m-${at}`, { endedAt: at }));
    await tell(MINUTE_WAKE, MINUTE_WAKE);
    await take();
    await minute();
    const reported = async () =>
      new Set((await keys('reports/')).map((key) => key.split('/')[1] ?? ''));
    expect(await reported()).toEqual(new Set(days.slice(0, 2).map(dayOf)));
    await minute();
    expect(await reported()).toEqual(new Set(days.map(dayOf)));
  });

  test('R50: waits for no earlier day whose facts cannot be read', async () => {
    const before = dayOf(endedAt - DAY_MS);
    await tell(ended('m-1', { endedAt: endedAt - DAY_MS }), ended('m-2', { endedAt }));
    await take();
    const [Key] = await keys(`facts/day=${before}/`);
    const newer = gzipSync('{"kind":"of a newer version"}\n');
    await testClients().s3.send(
      new PutObjectCommand({ Bucket: world.reportsBucket, Key, Body: newer }),
    );
    await minute();
    expect(await latest()).toMatchObject({ day, ends: { stored: 1 } });
    expect(await keys('due/')).toEqual([expect.stringContaining(before)]);
  });

  test('R50: waits for no earlier day that has too many facts for the time of an invocation', async () => {
    const before = dayOf(endedAt - DAY_MS);
    await tell(ended('m-1', { endedAt: endedAt - DAY_MS }), ended('m-2', { endedAt }));
    await take();
    failCalls(reporting, 's3', (command, { Key }) => {
      if (command === 'GetObjectCommand' && String(Key).includes(before)) skipTime(100_000);
      return false;
    });
    const minuteOf = async (timeoutMs: number) => {
      await tell(MINUTE_WAKE);
      return take(contextWith(timeoutMs));
    };
    await minuteOf(120_000);
    expect(await keys('reports/')).toEqual([]);
    await minuteOf(120_000);
    expect(await latest()).toMatchObject({ day, ends: { stored: 1 } });
    expect(await keys('due/')).toEqual([expect.stringContaining(before)]);
    await minuteOf(900_000);
    expect(await keys('due/')).toEqual([]);
  });

  test('R09: a wake comes again if it cannot be read what is due', async () => {
    const repair = failCalls(reporting, 's3', (command) => command === 'ListObjectsV2Command');
    await tell(MINUTE_WAKE);
    expect((await take())?.failed).toHaveLength(1);
    repair();
  });

  test('R50: an outcome of no day that a report can have stops no other', async () => {
    const never = ended('m-0', { endedAt: 8_640_000_000_000_001 });
    await tell(never, ended('m-1', { endedAt }));
    expect((await take())?.failed).toHaveLength(1);
    await minute();
    expect(await latest()).toMatchObject({ ends: { stored: 1 } });
  });

  test('R09: is reported by the next minute if a report fails', async () => {
    await tell(ended('m-1', { endedAt }));
    await take();
    for (const kind of ['json', 'csv', 'html']) {
      const repair = failCalls(reporting, 's3', (command, { Key }) => {
        return command === 'PutObjectCommand' && String(Key).endsWith(kind);
      });
      await minute();
      repair();
      expect(await keys('due/')).toHaveLength(1);
    }
    await minute();
    expect(await latest()).toMatchObject({ ends: { stored: 1 } });
    expect(await depthOf(world.queues.reporting)).toBe(0);
  });

  test('loses nothing if two report it at once while more comes', async () => {
    await tell(ended('m-1', { endedAt }));
    await take();
    const other = await loadInsight('reporting');
    await tell(MINUTE_WAKE);
    const wakes = await receive(world.queues.reporting);
    await tell(ended('m-2', { endedAt }));
    await Promise.all([
      reporting.handler({ Records: wakes }, contextWith()),
      other.handler({ Records: wakes }, contextWith()),
      take(),
    ]);
    await minute();
    await minute();
    expect(await latest()).toMatchObject({ ends: { stored: 2 } });
    expect(await keys('due/')).toEqual([]);
  });
});

describe('a day that is not over', () => {
  test('is marked once, and reported when it is over and its last minutes have come', async () => {
    const now = Date.now();
    const today = dayOf(now);
    const end = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
    await tell(ended('m-1', { endedAt: now }));
    await take();
    await tell(ended('m-2', { endedAt: now }));
    await take();
    await minute();
    expect(await keys('due/')).toEqual([`due/${today}/going-on`]);
    skipTime(end - now);
    await tell(ended('m-3', { endedAt: end - 1 }));
    await take();
    await minute();
    expect(await keys('reports/')).toEqual([]);
    skipGrace();
    await minute();
    day = today;
    expect(await latest()).toMatchObject({ ends: { stored: 3 } });
  });
});

describe('incidents', () => {
  const incident = (fields = {}) =>
    opened({ openedAt: endedAt, crashes: 12, messages: 7, ...fields });
  const notice = (kind: 'notice' | 'all-clear', fields = {}) =>
    pageOf(incident(fields), kind, world.stage, 'https://runbook').body;

  beforeEach(skipGrace);

  test('are listed if management was notified of them, on the day they were opened, with their end', async () => {
    await tell(notice('notice'));
    await take();
    await minute();
    expect((await latest()).incidents).toMatchObject([{ status: 'open', crashes: '12' }]);
    const resolved = { at: endedAt + 600_000, by: 'ana', why: 'rolled back Jane Doe’s module' };
    await tell(notice('all-clear', { status: 'resolved', resolved, crashes: 40 }));
    await take();
    await minute();
    const report = await latest();
    expect(report.incidents).toMatchObject([
      { status: 'resolved', crashes: '40', resolvedAt: endedAt + 600_000 },
    ]);
    // An operator's words stay in the kernel.
    expect(JSON.stringify(report)).not.toMatch(/ana|Jane/);
    expect(await read((await keys(`reports/${day}/`)).at(-2))).toContain('after 10 min');
  });
});

test('a message that is neither outcome, notice nor wake stays for the dead-letter queue', async () => {
  await tell('not JSON', { something: 'else' }, ended('m-1'));
  expect((await take())?.failed).toHaveLength(2);
  expect(await keys('facts/')).toHaveLength(1);
});
