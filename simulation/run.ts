/**
 * A run of the whole system. Producers submit, functions work, and everything around them fails at
 * random. Then faults heal, and all must end. Checkers see every effect.
 */
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import { type MakeChecker, RuleBroken } from './checker.ts';
import { Backups } from './coincidences/backups.ts';
import { Coincidences } from './coincidences/coincidences.ts';
import { Erasers } from './coincidences/erasers.ts';
import { Machines } from './coincidences/machines.ts';
import { OtherClients } from './coincidences/other-clients.ts';
import { Storms } from './coincidences/storms.ts';
import { EventLog } from './event-log.ts';
import { describeFaults } from './faults.ts';
import { LaterTraffic } from './later-traffic.ts';
import { Operators } from './operators/operators.ts';
import { Producers } from './producers.ts';
import { checksReferences } from './settings.ts';
import type { Reduced } from './story/shrink.ts';
import type { Habits } from './submission-draft.ts';
import { drawTraffic } from './traffic.ts';
import { World } from './world.ts';

export interface RunSettings {
  readonly seed: number;
  /** Number of submissions that are drafted. Some of them are sent twice. */
  readonly messages: number;
  readonly checkers?: readonly MakeChecker[];
  /** The part that is left when a failing run is made smaller. */
  readonly reduced?: Partial<Reduced> | undefined;
  /** Called for each line of the run's log. */
  readonly follow?: ((line: string) => void) | undefined;
}

export interface RunReport {
  readonly seed: number;
  readonly faults: string;
  readonly submissions: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly environments: Readonly<Record<string, number>>;
  /** Hash of everything that happened. Equal runs have equal hashes. */
  readonly digest: string;
}

/** Time limit for everything to end, once faults have healed. */
const ENDING_MS = 4 * 3_600_000;
/** From healing on, the run checks in this interval whether all has ended. */
const LOOK_MS = 2_000;

/** @throws RuleBroken, or what a checker threw */
export async function run(plan: Plan, settings: RunSettings): Promise<RunReport> {
  const { seed, messages, checkers = [], follow, reduced } = settings;
  const log = new EventLog(follow);
  const world = new World({ plan, seed, checkers, log, without: reduced?.without });
  const { scheduler } = world;
  const hasStorms = world.drawn.coincidences.stormAtQuiet > 0;
  const traffic = drawTraffic(messages, scheduler.random, hasStorms);
  const { overMs } = traffic;
  const producers = new Producers(world);
  world.tellFirst(producers);
  world.tellFirst(new LaterTraffic(world, producers));
  world.tellFirst(new Coincidences(world, seed));
  if (hasStorms) world.tellFirst(new Storms(world, producers, seed));
  const operators = new Operators(world, () => world.faults.operators);
  world.tellFirst(operators);
  world.tellFirst(new Machines(world, operators, seed));
  world.tellFirst(new Backups(world, seed));
  world.tellFirst(new OtherClients(world, seed));
  world.tellFirst(new Erasers(world, { producers, operators }, seed));
  producers.submit(messages, traffic, habitsIn(world), reduced?.only);
  const faultyMs = Math.ceil(overMs * (0.5 + scheduler.random.fraction()));
  scheduler.after(faultyMs, () => world.heal());
  if (scheduler.random.chance(0.5)) {
    scheduler.after(scheduler.random.below(overMs), () => world.deployAgain());
  }
  await untilEnded(world, [producers, operators], {
    from: faultyMs,
    longestMs: Math.max(overMs, faultyMs) + ENDING_MS,
  });
  for (const checker of world.checkers) checker.end?.();
  return {
    seed,
    faults: describeFaults(world.drawn),
    submissions: world.submissions.size,
    virtualMs: scheduler.now - scheduler.startedAt,
    events: scheduler.count,
    environments: Object.fromEntries(
      [...world.functions].map(([name, { environments }]) => [name, environments]),
    ),
    digest: log.digest(),
  };
}

async function untilEnded(
  world: World,
  [producers, operators]: readonly [Producers, Operators],
  { from, longestMs }: { readonly from: number; readonly longestMs: number },
): Promise<void> {
  const { scheduler, checkers } = world;
  const unfinished = () => {
    if (!world.isHealed) return 'faults have not healed';
    if (!producers.areDone) return 'producers still submit';
    if (!operators.areDone) return 'operators are still at work';
    for (const checker of checkers) {
      const what = checker.unfinished?.();
      if (what !== undefined) return what;
    }
    return undefined;
  };
  let isOver = false;
  const look = () => {
    isOver = unfinished() === undefined;
    if (!isOver) scheduler.after(LOOK_MS, look);
  };
  scheduler.after(from, look);
  if (await scheduler.run(() => isOver, scheduler.startedAt + longestMs)) return;
  throw new RuleBroken('R04', `${unfinished()}, long after faults healed`);
}

/** How often messages come to SQS's limits. A long one costs as much as a hundred others. */
const AT_LIMIT = 0.2;

/** The habits of this run's producers: mostly correct, with some of every error. */
function habitsIn({ scheduler, plan, drawn }: World): Habits {
  const random = scheduler.random.fork();
  const share = (most: number) => (random.chance(0.3) ? 0 : most * random.fraction() ** 2);
  const erases = drawn.operators.erases > 0;
  const checks = checksReferences(drawn.settings);
  return {
    badFiles: share(0.2) + (drawn.coincidences.stormAtQuiet > 0 ? 0.05 : 0),
    natures: {
      invalid: share(0.2) + (erases ? 0.05 : 0),
      throw: share(0.05),
      hang: share(0.02),
      heap: share(0.02),
      exit: share(0.02),
      kill: share(0.01),
      flaky: share(0.05),
      mended: share(0.05) + (drawn.coincidences.lateVerdict > 0 ? 0.1 : 0),
      misjudged: share(0.05) + (drawn.coincidences.lateVerdict > 0 ? 0.3 : 0),
      coded: share(0.2),
      unlisted: share(0.05),
      'refused-by-server': share(0.05) + (erases ? 0.05 : 0),
      'failing-at-server': share(0.02),
    },
    oddities: {
      'claim-check': share(0.2),
      'missing-object': share(0.02),
      'stolen-object': share(0.02),
      spoofed: share(0.02),
      stranger: share(0.02),
      unreadable: share(0.02),
      'odd-attributes': share(0.02),
    },
    // So that much of what is referred to comes.
    ids: random.pick(checks ? [3, 30, 100] : [3, 30, 3_000]),
    bucket: plan.buckets.find(({ name }) => name.includes('-bodies-'))?.name ?? '',
    long: share(0.2) + (erases ? 0.2 : 0),
    longest: random.chance(AT_LIMIT) ? 0.02 * random.fraction() : 0,
    illegible: random.chance(AT_LIMIT) ? random.fraction() : 0,
    refers: checks ? 0.4 : erases ? 0.2 : 0,
  };
}
