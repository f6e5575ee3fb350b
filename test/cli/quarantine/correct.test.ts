import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, test } from 'vitest';
import { readCorrection } from '../../../cli/quarantine/correct.ts';
import { send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { loadEraser, placeOf, requestFor } from '../../support/eraser.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf, objectAt } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000, heapOldMb: 64 });
let operator: Awaited<ReturnType<typeof loadOperator>>;

beforeEach(async () => {
  operator = await loadOperator();
});

async function quarantined(body = invalidPatient('p1')): Promise<string> {
  const id = await send(stage.world.queues.lane, body, { file: 'a.ndjson', line: '7' });
  await drain(stage.world, stage.functions);
  return id;
}

const redrive = (id: string, corrected: string) =>
  operator.redrive(
    stageOf(stage.world),
    { kind: 'ids', ids: [id] },
    { ...byTest(), by: 'ana', why: 'gender mended, ticket 7', corrected },
  );

test('R05 R07: a corrected body is validated and stored as the same submission, and both versions are kept', async () => {
  const id = await quarantined();
  expect(await redrive(id, patient({ id: 'p1' }))).toEqual({ sent: 1 });
  await drain(stage.world, stage.functions);
  const [row] = await itemsOf(stage.world.tables.resources);
  expect(row).toMatchObject({ messageId: id, line: 7, body: patient({ id: 'p1' }) });
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(entry).toMatchObject({
    status: 'stored',
    sentAt: row?.['sentAt'],
    corrections: [{ by: 'ana', why: 'gender mended, ticket 7' }],
  });
  expect(await objectAt(entry?.original ?? { bucket: '', key: '' })).toBe(invalidPatient('p1'));
  expect(await objectAt(entry?.corrections?.[0]?.bodyS3 ?? { bucket: '', key: '' })).toBe(
    patient({ id: 'p1' }),
  );
});

test('R07: a wrong correction is rejected and can be corrected again; the first original is kept', async () => {
  const id = await quarantined();
  await redrive(id, patient({ id: 'p1', active: 'perhaps' }));
  await drain(stage.world, stage.functions);
  const before = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(before).toMatchObject({ status: 'quarantined', redrives: 1 });
  await redrive(id, patient({ id: 'p1' }));
  await drain(stage.world, stage.functions);
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(entry).toMatchObject({ status: 'stored', original: before?.original });
  expect(entry?.corrections).toHaveLength(2);
  expect(await objectAt(entry?.original ?? { bucket: '', key: '' })).toBe(invalidPatient('p1'));
});

test('a submission that is stored by now is not corrected', async () => {
  const id = await quarantined(patient({ id: 'p1' }));
  expect(await redrive(id, patient({ id: 'p1' }))).toEqual({ unknown: 1 });
});

test('an erasure finds all versions', async () => {
  const id = await quarantined(invalidPatient('p1'));
  await redrive(id, invalidPatient('other'));
  await drain(stage.world, stage.functions);
  const eraser = await loadEraser();
  await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
  const [entry] = await itemsOf(stage.world.tables.quarantine);
  expect(entry).toMatchObject({ pk: id, status: 'discarded', erasure: 1 });
  for (const name of ['body', 'bodyS3', 'original', 'corrections']) {
    expect(entry).not.toHaveProperty(name);
  }
});

it('the file is read unchanged, or refused by its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'failsafe-correct-'));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  expect(await readCorrection(file('good.json', ' {"a":1}\n'))).toBe(' {"a":1}\n');
  await expect(readCorrection(join(folder, 'none.json'))).rejects.toThrow('there is no such file');
  await expect(readCorrection(folder)).rejects.toThrow('there is no such file');
  await expect(readCorrection(file('empty.json', ''))).rejects.toThrow('it has 0 bytes');
  await expect(readCorrection(file('bad.json', Buffer.from([0xff])))).rejects.toThrow('not UTF-8');
});
