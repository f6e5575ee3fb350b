/** What the drawing of the pipeline shows, combined from several figures. */
import type { BreakerView } from '../../contract/breakers.ts';
import type { EnvironmentsView, QueueView, Snapshot } from '../../contract/snapshot.ts';
import type { LaneView } from '../../contract/supervision.ts';
import { deliveryRates, type Flow, laneRates } from './flow-rates.ts';

/** An ending, with the rate of messages that go to it. */
export interface EndFact {
  readonly name: string;
  /** For a narrow box. */
  readonly brief: string;
  readonly perSecond: number | undefined;
  /** True for an ending that nobody wants. */
  readonly isTrouble: boolean;
  /** Messages that wait there, if it is a queue. */
  readonly waiting?: number | undefined;
  readonly href?: string | undefined;
}

export interface LaneFacts {
  readonly lane: string;
  readonly state: LaneView | undefined;
  readonly main: QueueView | undefined;
  readonly isolation: QueueView | undefined;
  /** Whether it has an isolation queue, as far as is known. */
  readonly isIsolating: boolean;
  readonly functionName: string;
  readonly environments: EnvironmentsView | undefined;
  /** Undefined if there are no metrics. */
  readonly takenPerSecond: number | undefined;
  readonly isolatedPerSecond: number | undefined;
  readonly ends: readonly [EndFact, EndFact, EndFact];
  readonly breaker?: BreakerView | undefined;
}

type Lane = 'critical' | 'background';
const LANES: readonly Lane[] = ['critical', 'background'];

/** The lanes of producers in this stage. All possible lanes while nothing is known. */
export function lanesOf({ queues, lanes }: Snapshot): readonly Lane[] {
  const there = LANES.filter(
    (lane) =>
      lanes.value?.some((each) => each.lane === lane) ||
      queues.value?.some((each) => each.lane === lane),
  );
  return there.length === 0 ? LANES : there;
}

export function laneFacts(
  snapshot: Snapshot,
  flow: Flow | undefined,
  lane: Lane,
  now: number,
): LaneFacts {
  const rates = flow === undefined ? undefined : laneRates(flow, now, lane);
  const dead = queueOf(snapshot, lane, 'dead-letter');
  return {
    ...common(snapshot, lane, `validate-${lane}`),
    takenPerSecond: rates?.submitted,
    isolatedPerSecond: rates?.isolated,
    ends: [
      { name: 'stored', brief: 'stored', perSecond: rates?.valid, isTrouble: false },
      {
        name: 'rejected',
        brief: 'reject',
        perSecond: rates?.invalid,
        isTrouble: false,
        href: `#/quarantine?kind=rejection&lane=${lane}`,
      },
      {
        name: 'dead-lettered',
        brief: 'dead',
        perSecond: rates?.deadLettered,
        isTrouble: true,
        waiting: dead?.waiting,
        href: `#/quarantine?kind=dead-letter&lane=${lane}`,
      },
    ],
  };
}

/** Undefined if nothing is delivered. */
export function deliveryFacts(
  snapshot: Snapshot,
  flow: Flow | undefined,
  now: number,
): LaneFacts | undefined {
  const isThere =
    snapshot.lanes.value?.some(({ lane }) => lane === 'delivery') ||
    queueOf(snapshot, 'delivery', 'main') !== undefined;
  if (!isThere) return undefined;
  const rates = flow === undefined ? undefined : deliveryRates(flow, now);
  const dead = queueOf(snapshot, 'delivery', 'dead-letter');
  return {
    ...common(snapshot, 'delivery', 'deliver'),
    takenPerSecond: rates?.calls,
    isolatedPerSecond: 0,
    breaker: snapshot.breakers.value?.find(({ name }) => name === 'fhir-server'),
    ends: [
      { name: 'FHIR server', brief: 'FHIR', perSecond: rates?.delivered, isTrouble: false },
      { name: 'failed calls', brief: 'failed', perSecond: rates?.failures, isTrouble: true },
      {
        name: 'refused by it',
        brief: 'refused',
        perSecond: rates?.undelivered,
        isTrouble: true,
        waiting: dead?.waiting,
        href: '#/quarantine?kind=undelivered',
      },
    ],
  };
}

function common(snapshot: Snapshot, lane: string, functionName: string) {
  const isolation = queueOf(snapshot, lane, 'isolation');
  const { queues, environments } = snapshot;
  return {
    lane,
    state: snapshot.lanes.value?.find((each) => each.lane === lane),
    main: queueOf(snapshot, lane, 'main'),
    isolation,
    isIsolating: isolation !== undefined || queues.value === undefined,
    functionName,
    // A function that is not in the list has no environment.
    environments:
      environments.value?.find((each) => each.function === functionName) ??
      (environments.value && { function: functionName, busy: 0 }),
  };
}

function queueOf({ queues }: Snapshot, lane: string, role: QueueView['role']) {
  return queues.value?.find((each) => each.lane === lane && each.role === role);
}

/** A queue of the kernel, and its dead letters. */
export interface KernelQueue {
  readonly name: string;
  /** Waiting, delayed or in flight. */
  readonly messages: number;
  readonly dead: number;
  readonly oldestAgeMs?: number | undefined;
}

const DEAD_LETTER = '-dead-letter';

/** Queues that belong to no lane, each with its dead letters. */
export function kernelQueues({ queues }: Snapshot): readonly KernelQueue[] {
  const own = (queues.value ?? []).filter(({ role }) => role === 'own');
  const nameOf = ({ name }: QueueView) => name.replace('.fifo', '').replace(DEAD_LETTER, '');
  return [...new Set(own.map(nameOf))].map((name) => {
    const mine = own.filter((queue) => nameOf(queue) === name);
    const main = mine.find((queue) => !queue.name.includes(DEAD_LETTER));
    const dead = mine.find((queue) => queue.name.includes(DEAD_LETTER));
    const messages = main === undefined ? 0 : main.waiting + main.delayed + main.inFlight;
    return { name, messages, dead: dead?.waiting ?? 0, oldestAgeMs: main?.oldestAgeMs };
  });
}

/** Whether messages are received from a queue of the lane. True while that is not known. */
export function isTaken(state: LaneView | undefined, queue: QueueView | undefined): boolean {
  if (state === undefined) return true;
  const mapping = state.mappings.find((each) => each.queue === queue?.name);
  return mapping?.enabled ?? state.phase === 'running';
}

/** Squares for environments, as many as fit: busy ones first. */
export function squares(
  { busy, frozen = 0 }: EnvironmentsView,
  room: number,
): { readonly shown: readonly ('busy' | 'frozen')[]; readonly more: number } {
  const all = [...Array(busy).fill('busy'), ...Array(frozen).fill('frozen')];
  return { shown: all.slice(0, room), more: Math.max(0, all.length - room) };
}
