/** Reviews one node of the tree, on the minute's wake or on news of a breaker. */
import type { Context } from 'aws-lambda';
import { allSupervised, loadSupervised } from '../../aws/supervision-table.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';
import {
  type BreakerSeen,
  breakersTogether,
  climb,
  endProbe,
  followBreaker,
  leaseProbe,
} from '../../core/supervision/lane-supervision.ts';
import { isHeld, type Supervised, untouched } from '../../core/supervision/supervised-state.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { applyState } from './apply-state.ts';
import { change } from './change.ts';
import type { SupervisorParts } from './parts.ts';
import { hasTimeToProbe, probe } from './probe.ts';
import type { LaneParts, SupervisorSettings } from './settings.ts';

/** One bad message must not keep a healthy component paused: this many are tried. */
const MESSAGES_OF_PROBE = 3;
/** Probes in a row that succeed without the breaker closing. */
const SUCCESSES_MAX = 5;

type Clock = Pick<Context, 'getRemainingTimeInMillis'>;

/** Reviews every component. One that fails delays no other; the next minute comes soon. */
export async function reviewComponents(
  parts: SupervisorParts,
  tally: Tally,
  context: Clock,
): Promise<void> {
  const knownOf = await allStates(parts);
  const looks = await Promise.allSettled(
    parts.tree.childNames.map((name) =>
      reviewComponent(parts, name, tally, context, knownOf(name)),
    ),
  );
  const failed = looks.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The state of each node, by one request. If that fails, each is read by itself. */
async function allStates({
  table,
  logger,
}: SupervisorParts): Promise<(name: string) => Supervised | undefined> {
  try {
    const states = new Map((await allSupervised(table)).map((state) => [state.name, state]));
    return (name) => states.get(name) ?? untouched(name);
  } catch (fault) {
    logger.error('component fault', faultOf(fault));
    return () => undefined;
  }
}

/**
 * Finishes what is left undone, corrects what a deployment reset, and takes the step that is due. `known` is its state,
 * if that was read just now.
 */
export async function reviewComponent(
  parts: SupervisorParts,
  name: string,
  tally: Tally,
  context: Clock,
  known?: Supervised,
): Promise<void> {
  const { table, settings, emit } = parts;
  const lane = parts.tree.laneOf(name);
  if (lane === undefined) {
    const state = known ?? (await loadSupervised(table, name));
    if (state.outbox.length > 0) await applyState(parts, state, tally);
    return;
  }
  const breaker = await breakerOf(parts, name);
  const fullMax = Math.max(...lane.mappings.map(({ maxConcurrency }) => maxConcurrency));
  const climbed = await change(
    parts,
    name,
    (state) => {
      const now = parts.now();
      return climb(follow(state, breaker, now, settings), fullMax, now, settings);
    },
    tally,
    known,
  );
  // It is paused for whoever is paged, also while AWS refuses to change its mappings.
  if (isHeld(climbed)) emit('LanePaused', 'lane', name);
  // What could not be told anybody yet keeps no lane paused: only mappings that are not confirmed prevent a probe.
  const faults: unknown[] = [];
  const applied = await applyState(parts, climbed, tally).catch((fault: unknown) => {
    faults.push(fault);
    return undefined;
  });
  await probeIfDue(parts, name, applied, lane, tally, context);
  if (faults.length > 0) throw faults[0];
}

async function probeIfDue(
  parts: SupervisorParts,
  name: string,
  known: Supervised | undefined,
  lane: LaneParts,
  tally: Tally,
  context: Clock,
): Promise<void> {
  const { settings } = parts;
  // The next minute has a supervisor with more time.
  if (!hasTimeToProbe(lane, context)) return;
  const id = parts.randomId();
  const take = (held: Supervised) => leaseProbe(held, id, parts.now(), settings);
  const state = await change(parts, name, take, tally, known);
  if (state.probe?.id !== id) return;
  const { outcome, breaker } = await probeLane(parts, name, lane, tally, context);
  const ended = await change(
    parts,
    name,
    (probing) => {
      const now = parts.now();
      return follow(endProbe(probing, { id, outcome }, now, settings), breaker, now, settings);
    },
    tally,
  );
  await applyState(parts, ended, tally);
}

/** A breaker may need more than one success; the queue provides as many messages. */
async function probeLane(
  parts: SupervisorParts,
  name: string,
  lane: LaneParts,
  tally: Tally,
  context: Clock,
) {
  let breaker = await breakerOf(parts, name);
  for (let successes = 0; ; successes += 1) {
    const doubted = breaker !== undefined && !breaker.closed;
    const messages = doubted ? 1 : MESSAGES_OF_PROBE;
    const outcome = await probe(parts, name, lane, { messages, tally, context });
    if (!doubted || outcome !== 'ran' || successes >= SUCCESSES_MAX) return { outcome, breaker };
    breaker = await breakerOf(parts, name);
    if (breaker?.closed || !hasTimeToProbe(lane, context)) return { outcome, breaker };
  }
}

function follow(
  state: Supervised,
  breaker: BreakerSeen | undefined,
  now: number,
  settings: SupervisorSettings,
): Supervised {
  return breaker === undefined ? state : followBreaker(state, breaker, now, settings);
}

/** The breakers that a lane is linked to: for the delivery lane, those of the FHIR servers. */
async function breakerOf(
  { breakers, deliveryServices, logger, tree }: SupervisorParts,
  name: string,
): Promise<BreakerSeen | undefined> {
  if (breakers === undefined || tree.childOf(name)?.node.lane !== 'delivery') return undefined;
  try {
    const states = await Promise.all(deliveryServices.map((service) => breakers.load(service)));
    return breakersTogether(
      states.map((state) => (state === undefined ? { closed: true } : seen(state))),
    );
  } catch (fault) {
    // The lane stays linked to the last known state; everything else continues.
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
