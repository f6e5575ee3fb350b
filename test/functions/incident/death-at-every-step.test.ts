/**
 * The incident function dies after each of its calls to AWS, when an incident opens and when it ends
 * unacknowledged. Each notice arrives, with one key, and the audit log gets each fact.
 */
import { expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import { MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { receive, remove, send } from '../../support/delivery.ts';
import { dieAtEveryStep, type Story } from '../../support/die-at-every-step.ts';
import { drain } from '../../support/drain.ts';
import { loadFunctions } from '../../support/functions.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

const HOUR_MS = 3_600_000;

useEmulators();

const pager: Pick<Story, 'build' | 'queue' | 'load' | 'finish'> = {
  build: () => buildWorld({ crashesToOpen: 3 }),
  queue: (world) => world.queues.incident,
  async load() {
    const { incident: handler, clients, close } = await loadFunctions(['incident']);
    return { handler, clients, close };
  },
  async finish(world) {
    const healthy = await loadFunctions(['incident']);
    await drain(world, healthy);
    await healthy.close();
  },
};

const CRASHES = ['process-crash/r-0', 'process-crash/r-1', 'process-crash/r-2'];

async function threeCrashes(world: World): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    const crash = { id: `r-${n}`, component: 'validate', kind: 'exit', at: Date.now() - n * 1_000 };
    await send(world.queues.incident, JSON.stringify(crash));
  }
}

async function incidentsOf(world: World) {
  const items = await itemsOf(world.tables.incidents);
  return items.filter(({ sk }) => String(sk).startsWith('incident#'));
}

test('R20 R21 R40: when an incident opens', async () => {
  const steps = await dieAtEveryStep({
    ...pager,
    prepare: threeCrashes,
    async check(world) {
      expect(await incidentsOf(world)).toMatchObject([{ number: 1, status: 'open', crashes: 3 }]);
      expect(await itemsOf(world.tables.incidents)).toHaveLength(4);
      await expectTold(world, { oncall: ['page'], management: ['notice'] }, 2);
      await expectFacts(world, [...CRASHES, 'opened', 'told notice', 'told page']);
    },
  });
  // Three crashes, three reads, the incident, two notices and the facts, each with its mark, and
  // the crashes as facts.
  expect(steps).toBe(14);
});

test('R22 R40: when it ends and nobody acknowledged it', async () => {
  const steps = await dieAtEveryStep({
    ...pager,
    async prepare(world) {
      await threeCrashes(world);
      await pager.finish(world);
      skipTime(HOUR_MS);
      await send(world.queues.incident, JSON.stringify(MINUTE_WAKE));
    },
    async check(world) {
      expect(await incidentsOf(world)).toMatchObject([
        { status: 'resolved', resolved: { by: 'quiet' }, crashes: 3, phase: 'finished' },
      ]);
      const notices = { oncall: ['page', 'resolution'], management: ['notice', 'all-clear'] };
      await expectTold(world, notices, 3);
      await expectFacts(world, [...CRASHES, 'opened', 'resolved', 'told notice', 'told page']);
    },
  });
  // The quiet is checked again: two reads and a mark.
  expect(steps).toBe(15);
});

/** Each audience got all of these notices, nothing else, with one key, and no more often than that. */
async function expectTold(
  world: World,
  notices: Record<'oncall' | 'management', string[]>,
  most: number,
): Promise<void> {
  for (const audience of ['oncall', 'management'] as const) {
    const queue = world.queues[audience];
    expect(await depthOf(queue)).toBeLessThanOrEqual(most);
    const pages = await receive(queue);
    const of = (name: string) =>
      new Set(pages.map((page) => page.messageAttributes[name]?.stringValue));
    expect(of('notice')).toEqual(new Set(notices[audience]));
    expect(of('dedupKey')).toEqual(new Set([`fhir-failsafe/${world.stage}/validate#1`]));
  }
}

async function expectFacts(world: World, facts: readonly string[]): Promise<void> {
  const told = new Set<string>();
  // A FIFO group delivers nothing more while some of it is in flight.
  for (;;) {
    const records = await receive(world.queues.audit);
    if (records.length === 0) break;
    await remove(world.queues.audit, records);
    for (const { body } of records) {
      told.add(auditFactSchema.parse(JSON.parse(body)).id.replace(/^.*: /, ''));
    }
  }
  expect([...told].sort()).toEqual([...facts].sort());
}
