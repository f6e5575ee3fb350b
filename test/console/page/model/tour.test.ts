import { describe, expect, test } from 'vitest';
import { tourSteps } from '../../../../console/page/model/tour.ts';
import { snapshotOf } from '../support/fake-stage.ts';
import { localStage } from '../support/local-stage.ts';
import { nightStage } from '../support/night.ts';

const now = () => Date.UTC(2026, 10, 29, 12);
const local = localStage(now);
const seen = (stage: typeof local, isStored = false) => ({ snapshot: snapshotOf(stage), isStored });
const step = (id: string) => {
  const found = tourSteps(snapshotOf(local)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
};

describe('the tour', () => {
  test('without a FHIR server ends before the step that takes it down', () => {
    const alone = { ...local, local: { servers: [], functions: [] } };
    expect(tourSteps(snapshotOf(alone)).map(({ id }) => id)).toEqual([
      'good',
      'kill',
      'acknowledge',
    ]);
    expect(tourSteps(snapshotOf(local)).map(({ id }) => id)).toEqual([
      ...['good', 'kill', 'acknowledge', 'outage', 'heal'],
    ]);
  });

  test('waits until the first patient is stored', () => {
    expect([step('good').isDone(seen(local)), step('good').isDone(seen(local, true))]).toEqual([
      false,
      true,
    ]);
  });

  test('waits until killers opened an incident and somebody acknowledged it', () => {
    const night = { ...nightStage(now), local: local.local };
    expect([step('kill').isDone(seen(local)), step('kill').isDone(seen(night))]).toEqual([
      false,
      true,
    ]);
    expect([
      step('acknowledge').isDone(seen(night)),
      step('acknowledge').isDone(seen(local)),
    ]).toEqual([false, true]);
    expect(step('kill').acts).toHaveLength(15);
  });

  test('waits until the breaker opened, and until it closed after the server came back', () => {
    const open = { ...nightStage(now), local: local.local };
    expect([step('outage').isDone(seen(local)), step('outage').isDone(seen(open))]).toEqual([
      false,
      true,
    ]);
    expect([step('heal').isDone(seen(open)), step('heal').isDone(seen(local))]).toEqual([
      false,
      true,
    ]);
  });
});
