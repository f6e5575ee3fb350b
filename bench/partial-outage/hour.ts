/**
 * An hour of deliveries to a server that partly fails, by the rules of `core/`, in virtual time.
 */

import type { Circuit } from '../../breaker/circuit.ts';
import { DEFAULT_BREAKER_POLICY, type TripPolicy } from '../../core/breaker/breaker-policy.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';
import {
  countFailure,
  type Failures,
  howToWait,
  isItsOwn,
  meaningOf,
  retryTime,
  saidIn,
  serverIsWell,
} from '../../core/delivery/delivery-meaning.ts';
import { circuitsOn } from '../breaker/circuits.ts';
import { randomFrom } from '../breaker/outage.ts';
import { SimulatedTable } from '../breaker/simulated-table.ts';
import { VirtualTime } from '../breaker/virtual-time.ts';
import { type Answer, answerTo, type Kind } from './server.ts';

export interface Load {
  /** Share of the calls that the server fails. */
  readonly share: number;
  readonly seed: number;
  /** How long the server fails and resources arrive. Then it works. */
  readonly ms: number;
  readonly perSecond: number;
  readonly trip: TripPolicy;
}

export interface Counts {
  came: number;
  delivered: number;
  quarantined: number;
}

export interface Result {
  /** When the server had been ill for `ms`. */
  readonly during: Readonly<Record<Kind, Counts>>;
  /** Half an hour later. */
  readonly after: Readonly<Record<Kind, Counts>>;
  readonly calls: number;
  readonly opened: number;
}

const ENVIRONMENTS = 10;
const TIMEOUT_MS = 5_000;
const CALL_MS = 50;
const FAILURES_MAX = 3;
const WRONG_EVERY = 100;
const WAITING = { inFlightMax: 20_000, receivesMax: 1_000 };
const AFTER_MS = 30 * 60_000;
/** Then healthy ones come now and then: only while others succeed is one known to be at fault itself (R18). */
const LATER_EVERY_MS = 60_000;
const LATER_UNTIL_MS = 25 * 60_000;

interface Run {
  readonly load: Load;
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly circuits: readonly Circuit[];
  readonly counts: Record<Kind, Counts>;
  calls: number;
}

export async function partialOutage(load: Load): Promise<Result> {
  const time = new VirtualTime();
  const random = randomFrom(load.seed);
  let opened = 0;
  const make = circuitsOn(new SimulatedTable<BreakerState>(time, random), {
    time,
    random,
    onTransition({ from, to }) {
      if (from === 'closed' && to === 'open') opened += 1;
    },
  });
  const policy = { ...DEFAULT_BREAKER_POLICY, trip: load.trip };
  const circuits = Array.from({ length: ENVIRONMENTS }, () => make(policy));
  const none = () => ({ came: 0, delivered: 0, quarantined: 0 });
  const counts = { healthy: none(), refused: none(), fatal: none() };
  const run: Run = { load, time, random, circuits, counts, calls: 0 };
  void submit(run);
  await time.runUntil(load.ms);
  const during = structuredClone(counts);
  await time.runUntil(load.ms + AFTER_MS);
  return { during, after: counts, calls: run.calls, opened };
}

async function submit(run: Run): Promise<void> {
  const { load, time } = run;
  for (let n = 0; time.now < load.ms; n += 1) {
    const wrong = n % (2 * WRONG_EVERY) === 0 ? 'refused' : 'fatal';
    void deliver(run, n % WRONG_EVERY === 0 ? wrong : 'healthy');
    await time.sleep(1_000 / load.perSecond);
  }
  while (time.now < load.ms + LATER_UNTIL_MS) {
    void deliver(run, 'healthy');
    await time.sleep(LATER_EVERY_MS);
  }
}

/** The life of one resource: what functions/deliver does, without its tables and queues. */
async function deliver(run: Run, kind: Kind): Promise<void> {
  const { time, random, circuits, counts } = run;
  counts[kind].came += 1;
  let failures: Failures | undefined;
  for (let receives = 1; ; receives += 1) {
    const circuit = circuits[Math.floor(random() * circuits.length)] as Circuit;
    const admitted = await circuit.ask(TIMEOUT_MS);
    if (admitted.kind === 'refused') {
      await wait(run, admitted.retryAt, receives);
      continue;
    }
    const answer = await call(run, kind);
    const meaning = meaningOf(saidIn(answer.status, answer.body), 'Patient', {
      isNamed: false,
      wasRead: false,
      inVain: false,
    });
    const retryAt = answer.retryAfterMs && time.now + answer.retryAfterMs;
    const outcome = serverIsWell(meaning) ? 'success' : 'failure';
    await circuit.record(admitted, { outcome, retryAt });
    if (meaning === 'delivered') {
      counts[kind].delivered += 1;
      return;
    }
    const isOwn = meaning === 'failed at an element';
    failures = countFailure(failures, { isOwn, status: answer.status, now: time.now });
    if (meaning === 'refused' || (isOwn && isItsOwn(failures, circuit.known, FAILURES_MAX))) {
      counts[kind].quarantined += 1;
      return;
    }
    await wait(run, retryTime(failures, retryAt, time.now), receives);
  }
}

async function call(run: Run, kind: Kind): Promise<Answer> {
  const { load, time, random } = run;
  run.calls += 1;
  const answer = answerTo(kind, time.now < load.ms ? load.share : 0, random);
  await time.sleep(answer.status === 0 ? TIMEOUT_MS : CALL_MS);
  return answer;
}

async function wait({ time, random }: Run, retryAt: number, receives: number): Promise<void> {
  const how = howToWait({ retryAt, receives, inFlight: 0 }, time.now, random(), WAITING);
  await time.sleep(how.kind === 'invisibly' ? how.seconds * 1_000 : how.until - time.now);
}
