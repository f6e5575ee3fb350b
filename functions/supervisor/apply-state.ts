/** Performs what a saved state requires; whatever a death leaves undone is done by the next review. */

import { publishFacts } from '../../aws/audit-queue.ts';
import { sendEscalation } from '../../aws/incident-queue.ts';
import { applyMappings } from '../../aws/lane-mappings.ts';
import { countRestart } from '../../core/incident/escalation.ts';
import { confirm, pauseLane } from '../../core/supervision/lane-supervision.ts';
import {
  type Effect,
  needSameMappings,
  type Supervised,
} from '../../core/supervision/supervised-state.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { change } from './change.ts';
import type { SupervisorParts } from './parts.ts';

const TRIES_MAX = 3;

/**
 * Sets the mappings of a node as its state requires, and then does what is in its outbox. What fails prevents nothing
 * else, and the first fault is thrown at the end: while Lambda refuses to change a mapping, the supervisor above and
 * on-call still learn that the component has died too often (R31).
 *
 * AWS changes a mapping without a condition, so our change may arrive after one that followed from a newer state. Then
 * the newer state is applied again. While AWS still performs our change it refuses that, and the next review does it.
 */
export async function applyState(
  parts: SupervisorParts,
  known: Supervised,
  tally: Tally,
): Promise<Supervised> {
  let state = known;
  for (let tries = 1; ; tries += 1) {
    const saved = await applyOnce(parts, state, tally);
    if (needSameMappings(state, saved) || tries === TRIES_MAX) return saved;
    state = saved;
  }
}

async function applyOnce(
  parts: SupervisorParts,
  state: Supervised,
  tally: Tally,
): Promise<Supervised> {
  const { lambda, tree } = parts;
  const { name } = state;
  const faults: unknown[] = [];
  const asDesired = await applyMappings(lambda, state, tree.laneOf(name)?.mappings ?? []).catch(
    (fault: unknown) => {
      faults.push(fault);
      return false;
    },
  );
  const done = new Set<string>();
  for (const effect of inOrder(state.outbox)) {
    try {
      await perform(parts, effect, tally);
      done.add(identity(effect));
    } catch (fault) {
      faults.push(fault);
    }
  }
  const saved = await change(
    parts,
    name,
    (now) => {
      const outbox = now.outbox.filter((effect) => !done.has(identity(effect)));
      const emptied = outbox.length === now.outbox.length ? now : { ...now, outbox };
      if (now.version === state.version) return confirm(emptied, asDesired);
      return needSameMappings(state, now) ? emptied : confirm(emptied, false);
    },
    tally,
  );
  if (faults.length > 0) throw faults[0];
  return saved;
}

/** Components that end with it come first. Evidence comes last: it can wait. */
function inOrder(outbox: readonly Effect[]): readonly Effect[] {
  const order: readonly Effect['kind'][] = ['end', 'restart', 'escalation', 'audit'];
  return outbox.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const identity = (effect: Effect) => JSON.stringify(effect);

async function perform(parts: SupervisorParts, effect: Effect, tally: Tally): Promise<void> {
  const { tree, now, settings, incidentQueue, auditQueue } = parts;
  switch (effect.kind) {
    case 'end': {
      const { child, order } = effect;
      if (tree.laneOf(child) === undefined) return;
      const pause = (state: Supervised) => pauseLane(state, order, now(), settings);
      await applyState(parts, await change(parts, child, pause, tally), tally);
      return;
    }
    case 'restart': {
      const place = tree.supervisorOf(effect.supervisor);
      if (place === undefined) return;
      const count = (state: Supervised) => countRestart(state, place, effect);
      await applyState(parts, await change(parts, place.node.name, count, tally), tally);
      return;
    }
    case 'escalation':
      tally.add('Escalations');
      return sendEscalation(incidentQueue, effect.escalation);
    case 'audit':
      return publishFacts(auditQueue, [effect.fact]);
  }
}
