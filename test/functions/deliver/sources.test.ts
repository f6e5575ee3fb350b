import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setDeliveryDue } from '../../../aws/deliveries.ts';
import type { Places } from '../../../core/delivery/delivery-targets.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { tableAt } from '../../support/handles.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
const folder = mkdtempSync(join(tmpdir(), 'failsafe-places-'));
const file = join(folder, 'places.json');
let lab: Downstream;
beforeEach(async () => {
  lab = await startDownstream();
});
afterEach(async () => {
  delete process.env[ENV.deliveryPlacesFile];
  await lab.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function place(places: Places): Promise<void> {
  writeFileSync(file, JSON.stringify(places));
  process.env[ENV.deliveryPlacesFile] = file;
  await stage.reload();
}
const store = (source: string, id: string, version = 1) =>
  stage.store(id, version, `m-${source}-${id}-${version}`, { source });
const sharing = () => place({ 'hospital-a': { idPrefix: 'a-' }, 'hospital-b': { idPrefix: 'b-' } });
const apart = () => place({ 'hospital-a': { idPrefix: 'a-' }, lab: { endpoint: lab.endpoint } });
const undelivered = () => itemsOf(stage.world.tables.quarantine);

describe('R51: one source’s resource does not replace another’s at the FHIR server', () => {
  test('because each has its own ids there', async () => {
    await sharing();
    await store('hospital-a', 'p1');
    await store('hospital-b', 'p1');
    await stage.turn();
    const held = [...stage.downstream.resources].map(([key, { version, body }]) => [
      key,
      version,
      JSON.parse(body).id,
    ]);
    expect(held.sort()).toEqual([
      ['Patient/a-p1', 1, 'a-p1'],
      ['Patient/b-p1', 1, 'b-p1'],
    ]);
    await store('hospital-a', 'p1', 2);
    await stage.turn();
    expect(stage.downstream.resources.get('Patient/a-p1')?.version).toBe(2);
    expect(stage.downstream.resources.get('Patient/b-p1')?.version).toBe(1);
  });

  test('or its own server, with unchanged ids', async () => {
    await apart();
    await store('hospital-a', 'p1');
    await store('lab', 'p1');
    await stage.turn();
    expect([...stage.downstream.resources.keys()]).toEqual(['Patient/a-p1']);
    expect([...lab.resources.keys()]).toEqual(['Patient/p1']);
  });

  test('and a resource without an id has the prefix too', async () => {
    await sharing();
    await stage.store(undefined, 1, 'message-1', { source: 'hospital-a' });
    await stage.turn();
    const [[key, held] = ['', undefined]] = stage.downstream.resources;
    expect(key).toBe('Patient/a-message-1');
    expect(JSON.parse(held?.body ?? '').id).toBe('a-message-1');
  });

  test('and one without a target, or that does not fit, is quarantined with the reason, and redriven once it has one', async () => {
    await sharing();
    await store('elsewhere', 'p1');
    await store('hospital-a', 'x'.repeat(63));
    await stage.turn();
    expect(stage.downstream.counts.ok).toBe(0);
    const reasons = (await undelivered()).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual([
      expect.stringMatching(/no place for its source/),
      expect.stringMatching(/more than 64 characters/),
    ]);
    await place({ 'hospital-a': { idPrefix: 'a' }, elsewhere: { endpoint: lab.endpoint } });
    skipTime(1_000);
    const operator = await loadOperator();
    await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
    await stage.reload();
    await stage.turn();
    expect([...lab.resources.keys()]).toEqual(['Patient/p1']);
    expect([...stage.downstream.resources.keys()]).toEqual([`Patient/a${'x'.repeat(63)}`]);
    expect((await undelivered()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });
});

describe('R50: a server that is down delays no other', () => {
  async function takeLabDown(): Promise<void> {
    await apart();
    lab.setMode('stop');
    for (let i = 0; i < 5; i += 1) await store('lab', `p${i}`);
    await stage.turn();
    await stage.turn();
  }

  test('it has its own breaker', async () => {
    await takeLabDown();
    await store('hospital-a', 'p1');
    await stage.turn();
    expect([...stage.downstream.resources.keys()]).toEqual(['Patient/a-p1']);
    const breakers = await itemsOf(stage.world.tables.breakers);
    const open = breakers.map(({ pk, phase, state }) => [pk, phase ?? state]);
    expect(JSON.stringify(open)).toMatch(/fhir-server-lab/);
  });

  test('its waiting deliveries make room for those that are due elsewhere', async () => {
    await takeLabDown();
    const key = await store('hospital-a', 'late');
    const { resources } = stage.world.tables;
    for (const { pk } of await itemsOf(resources))
      await setDeliveryDue(tableAt(resources), String(pk), 1);
    const before = await depthOf(stage.world.queues.delivery);
    const now = Date.now();
    await stage.lane.resend();
    expect(await depthOf(stage.world.queues.delivery)).toBe(before + 1);
    const due = new Map(
      (await itemsOf(resources)).map((item) => [item['pk'], Number(item['deliveryDueAt'])]),
    );
    expect(due.get('lab#Patient#p0')).toBeGreaterThanOrEqual(now + 300_000);
    expect(due.get('lab#Patient#p0')).toBeLessThan(due.get(key) ?? 0);
  });
});
