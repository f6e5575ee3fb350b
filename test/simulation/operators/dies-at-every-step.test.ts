/** An operator's command dies at each of its awaits in turn, and is given again. All rules hold, and all ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKERS } from '../../../simulation/checkers.ts';
import { type Deployment, deploy } from '../../../simulation/deployment.ts';
import type { Item } from '../../../simulation/dynamo/values.ts';
import { EventLog } from '../../../simulation/event-log.ts';
import type { Command } from '../../../simulation/operators/command.ts';
import { NO_OPERATORS } from '../../../simulation/operators/habits.ts';
import { Operators } from '../../../simulation/operators/operators.ts';
import { Producers } from '../../../simulation/producers.ts';
import type { Nature } from '../../../simulation/submission.ts';
import { correctedText } from '../../../simulation/submission-draft.ts';
import { World } from '../../../simulation/world.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

const SIZE = 3;
const SETTLED_MS = 300_000;
/** For a minute old environments run beside new ones. */
const OLD_CODE_MS = 120_000;
const ENDING_MS = 4 * 3_600_000;

/** A world in which nothing else goes wrong, and in which a file of that defect has ended. */
async function begin(defect: Nature, size: number) {
  const lines: string[] = [];
  const log = new EventLog((line) => lines.push(line));
  const world = new World({ plan: deployment.plan, seed: 1, checkers: CHECKERS, log });
  world.heal();
  const { scheduler } = world;
  const pass = (ms: number) => scheduler.run(() => false, scheduler.now + ms);
  const producers = new Producers(world);
  world.tellFirst(producers);
  let asked = 0;
  let diesAt = 0;
  const habits = {
    ...NO_OPERATORS,
    get killed() {
      asked += 1;
      return asked === diesAt ? 1 : 0;
    },
  };
  const operators = new Operators(world, () => habits);
  world.tellFirst(operators);
  producers.sendFile({ size, lane: 'critical', defect, afterMs: 0 });
  // Nothing else wakes the producers' code.
  scheduler.after(0, () => scheduler.woke());
  await pass(SETTLED_MS);
  expect(world.submissions.size).toBeGreaterThanOrEqual(size);
  const kill = async (command: Command, at: number) => {
    lines.length = 0;
    asked = 0;
    diesAt = at;
    operators.give(command);
    await scheduler.run(() => operators.areDone, scheduler.now + ENDING_MS);
  };
  const unfinished = () => {
    if (!operators.areDone) return 'operators are still at work';
    return world.checkers.map((each) => each.unfinished?.()).find((what) => what !== undefined);
  };
  const end = async () => {
    // From now on operators put right what was left.
    world.heal();
    await scheduler.run(() => unfinished() === undefined, scheduler.now + ENDING_MS);
    expect(unfinished()).toBeUndefined();
    for (const checker of world.checkers) checker.end?.();
  };
  const itemsOf = (name: string): Item[] => [
    ...world.services.dynamo.table(world.nameOf(name)).items(),
  ];
  /** The command that was given last. */
  const hasEnded = (how: 'dies' | 'done') =>
    lines.some((line) => /operator#/.test(line) && line.endsWith(`: ${how}`));
  return { world, itemsOf, kill, end, hasEnded, pass };
}

type Begun = Awaited<ReturnType<typeof begin>>;

interface Act {
  readonly defect: Nature;
  readonly size?: number;
  command(begun: Begun): Command;
  /** What is done before. */
  first?(begun: Begun): Promise<void>;
  /** What has come of it: as many rows of that table as are there. */
  result?: readonly [table: string, is: (row: Item) => boolean];
}

const entriesOf = ({ world, itemsOf }: Begun, kind: 'redrive' | 'discard') => ({
  kind,
  selection: {
    kind: 'ids' as const,
    ids: itemsOf('quarantine').flatMap(({ pk, status }) =>
      status === 'quarantined' ? [String(pk)] : [],
    ),
  },
  only: {},
  before: world.scheduler.now,
  rate: 100,
});

const overrules = (word: 'force-open' | 'reset') => () =>
  ({ kind: 'overrule', service: 'terminology', word, forMs: 60_000 }) as const;
const lane = (word: 'pause' | 'resume') => () =>
  ({ kind: 'lane', lane: 'critical', word }) as const;

const ACTS: Readonly<Record<string, Act>> = {
  'redrive, after the fault was mended': {
    defect: 'mended',
    async first({ world, pass }) {
      world.deployAgain();
      await pass(OLD_CODE_MS);
    },
    command: (begun) => entriesOf(begun, 'redrive'),
    result: ['resources', ({ storedAt }) => storedAt !== undefined],
  },
  'redrive with a corrected body': {
    defect: 'throw',
    size: 1,
    command(begun) {
      const [submission] = begun.world.submissions.values();
      const corrected = submission && correctedText(submission);
      expect(corrected).toBeDefined();
      return { ...entriesOf(begun, 'redrive'), corrected };
    },
    result: ['resources', ({ storedAt }) => storedAt !== undefined],
  },
  discard: {
    defect: 'invalid',
    command: (begun) => entriesOf(begun, 'discard'),
    result: ['quarantine', ({ status }) => status === 'discarded'],
  },
  'pause a lane': { defect: 'valid', command: lane('pause') },
  'resume a lane': {
    defect: 'valid',
    first: ({ kill }) => kill(lane('pause')(), 0),
    command: lane('resume'),
  },
  'force a breaker open': { defect: 'valid', command: overrules('force-open') },
  'reset a breaker': {
    defect: 'valid',
    first: ({ kill }) => kill(overrules('force-open')(), 0),
    command: overrules('reset'),
  },
  'erase a patient': {
    defect: 'invalid',
    size: 6,
    command({ world }) {
      const [one] = [...world.submissions.values()].filter(({ patients }) => patients.length > 0);
      const { source = '', patients = [] } = one ?? {};
      expect(patients).toHaveLength(1);
      return { kind: 'erase', source, id: patients[0] ?? '', shared: 'erase' };
    },
  },
  'resolve an incident': {
    defect: 'throw',
    size: 12,
    command({ itemsOf }) {
      const open = itemsOf('incidents').find(({ status }) => status === 'open');
      expect(open).toBeDefined();
      const about = { scope: String(open?.['scope']), number: Number(open?.['number']) };
      return { kind: 'incident', ...about, word: 'resolve' };
    },
  },
};

for (const [name, act] of Object.entries(ACTS)) {
  test(`R04 R17 R31: ${name} dies at every step, and is given again`, async () => {
    let died = 0;
    for (let at = 1; ; at += 1) {
      const begun = await begin(act.defect, act.size ?? SIZE);
      await act.first?.(begun);
      const command = act.command(begun);
      await begun.kill(command, at);
      if (!begun.hasEnded('dies')) {
        expect(begun.hasEnded('done')).toBe(true);
        break;
      }
      died += 1;
      await begun.kill(command, 0);
      await begun.end();
      if (act.result === undefined) continue;
      const [table, is] = act.result;
      expect(begun.itemsOf(table).filter(is)).toHaveLength(act.size ?? SIZE);
    }
    expect(died).toBeGreaterThan(2);
  });
}
