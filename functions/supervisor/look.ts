/** What the minute's wake, or news of a breaker, makes of one node of the tree. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { breakersTable } from '../../aws/breakers-table.ts';
import { loadSupervised } from '../../aws/supervision-table.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';
import {
  type BreakerSeen,
  breakersTogether,
  climb,
  endProbe,
  followBreaker,
  takeProbe,
} from '../../core/supervision/lane-supervision.ts';
import type { Supervised } from '../../core/supervision/supervised-state.ts';
import { emit, faultOf, logger, type Tally } from '../../telemetry/telemetry.ts';
import { change } from './change.ts';
import { environment, settings } from './environment.ts';
import { probe } from './probe.ts';
import type { LaneParts } from './settings.ts';
import { settle } from './settle.ts';
import { CHILD_NAMES, childOf, laneOf } from './tree.ts';

/** One bad message must not keep a healthy component paused: so many get a try. */
const MESSAGES_OF_PROBE = 3;
/** Probes in a row that go well, of a breaker that does not close. */
const SUCCESSES_MAX = 5;

type Clock = Pick<Context, 'getRemainingTimeInMillis'>;

/** At every component. One that cannot be looked at holds up no other; the next minute comes soon. */
export async function lookAround(tally: Tally, context: Clock): Promise<void> {
  const looks = await Promise.allSettled(CHILD_NAMES.map((name) => look(name, tally, context)));
  const failed = looks.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Finishes what is left undone, sets right what a deployment reset, and takes the step that is due. */
export async function look(name: string, tally: Tally, context: Clock): Promise<void> {
  const lane = laneOf(name);
  if (lane === undefined) {
    const { outbox } = await loadSupervised(environment.table, name);
    if (outbox.length > 0) await settle(name, tally);
    return;
  }
  const breaker = await breakerOf(name);
  const fullMax = Math.max(...lane.mappings.map(({ maxConcurrency }) => maxConcurrency));
  await change(
    name,
    (state) => {
      const now = Date.now();
      return climb(follow(state, breaker, now), fullMax, now, settings);
    },
    tally,
  );
  const { holds } = await settle(name, tally);
  emit('LanePaused', 'lane', name, Object.keys(holds).length > 0 ? 1 : 0);
  await probeIfDue(name, lane, tally, context);
}

async function probeIfDue(
  name: string,
  lane: LaneParts,
  tally: Tally,
  context: Clock,
): Promise<void> {
  const id = randomUUID();
  const { state } = await change(name, (held) => takeProbe(held, id, Date.now(), settings), tally);
  if (state.probe?.id !== id) return;
  const { outcome, breaker } = await probeLane(name, lane, tally, context);
  await change(
    name,
    (probing) => {
      const now = Date.now();
      return follow(endProbe(probing, { id, outcome }, now, settings), breaker, now);
    },
    tally,
  );
  await settle(name, tally);
}

/** A breaker may want more than one success; the queue is there to give it as many. */
async function probeLane(name: string, lane: LaneParts, tally: Tally, context: Clock) {
  let breaker = await breakerOf(name);
  for (let successes = 0; ; successes += 1) {
    const doubted = breaker !== undefined && !breaker.closed;
    const messages = doubted ? 1 : MESSAGES_OF_PROBE;
    const outcome = await probe(name, lane, { messages, tally, context });
    if (!doubted || outcome !== 'ran' || successes >= SUCCESSES_MAX) return { outcome, breaker };
    breaker = await breakerOf(name);
    if (breaker?.closed) return { outcome, breaker };
  }
}

function follow(state: Supervised, breaker: BreakerSeen | undefined, now: number): Supervised {
  return breaker === undefined ? state : followBreaker(state, breaker, now, settings);
}

/** The breakers that a lane is linked to: of the delivery lane, those of the FHIR servers. */
async function breakerOf(name: string): Promise<BreakerSeen | undefined> {
  const table = environment.breakersTable;
  if (table === undefined || childOf(name)?.node.lane !== 'delivery') return undefined;
  try {
    const states = await Promise.all(
      environment.deliveryServices.map((service) => breakersTable(table).load(service)),
    );
    return breakersTogether(
      states.map((state) => (state === undefined ? { closed: true } : seen(state))),
    );
  } catch (fault) {
    // The lane stays linked to what was last known; all else about it goes on.
    logger.error('component fault', { lane: name, ...faultOf(fault) });
    return undefined;
  }
}

function seen(state: BreakerState): BreakerSeen {
  const { since } = state;
  switch (state.phase) {
    case 'closed':
      return { closed: true };
    case 'open':
      return { closed: false, since, first: state.failedProbes === 0, openUntil: state.openUntil };
    case 'half-open':
      return { closed: false, since, first: false, openUntil: state.probe?.leaseUntil ?? since };
  }
}
