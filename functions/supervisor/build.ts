/**
 * `supervisor`: pauses what keeps dying and brings it back (R30 to R33). It decides on saved state and acts
 * from it, so it may die at any step, and several may run at once.
 */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { countDeaths, isComponentDeath } from '../../core/incident/escalation.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import { pauseLane } from '../../core/supervision/lane-supervision.ts';
import type { Supervised } from '../../core/supervision/supervised-state.ts';
import { childOfCrash, childOfLane } from '../../core/supervision/supervision-tree.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { applyState } from './apply-state.ts';
import { change } from './change.ts';
import { type Job, jobsOf, type Remediation } from './jobs.ts';
import { partsOf, type SupervisorDeps, type SupervisorParts } from './parts.ts';
import { reviewComponent, reviewComponents } from './review-components.ts';

export function build(deps: SupervisorDeps) {
  const { telemetry } = deps;
  const parts = partsOf(deps);
  return telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: 'supervisor' },
    async ({ Records: records }, context) => {
      const tally = telemetry.tally(records.length);
      const done = new Set<string>();
      for (const { messageIds, job } of jobsOf(records, parts)) {
        try {
          await run(parts, job, tally, context);
          for (const id of messageIds) done.add(id);
        } catch (fault) {
          tally.add('ComponentFaults');
          parts.logger.error('component fault', { job: job.kind, ...faultOf(fault) });
        }
      }
      tally.report('supervised');
      const ids = records.map((record) => record.messageId);
      return batchResponse(
        ids,
        ids.map((id) => (done.has(id) ? 'done' : 'failed')),
      );
    },
  );
}

function run(parts: SupervisorParts, job: Job, tally: Tally, context: Context): Promise<void> {
  switch (job.kind) {
    case 'deaths':
      return handleDeaths(parts, job.crashes, tally);
    case 'pause':
      return pause(parts, job.remediation, tally);
    case 'breaker':
      return reviewComponent(parts, 'delivery', tally, context);
    case 'wake':
      return reviewComponents(parts, tally, context);
    case 'refused':
      return refuse(parts, job, tally);
  }
}

/** Refuses a message without a retry: a flood of refused messages costs one invocation each. */
async function refuse(
  { logger }: SupervisorParts,
  { claimed, teller, toldAs }: Extract<Job, { kind: 'refused' }>,
  tally: Tally,
): Promise<void> {
  tally.add('SenderRefused');
  logger.error('sender refused', { claimed, teller, toldAs });
}

/** Counts deaths of one component, and acts on what follows, or on what a dead invocation left undone. */
async function handleDeaths(
  parts: SupervisorParts,
  crashes: readonly CrashEvent[],
  tally: Tally,
): Promise<void> {
  const { emit, now, settings, tree } = parts;
  const deaths = crashes.filter(isComponentDeath);
  const [first] = deaths;
  const place = first && childOfCrash(tree.root, first);
  if (place === undefined) return;
  const { name } = place.node;
  emit('Restarts', 'component', name, deaths.length);
  const state = await change(
    parts,
    name,
    (known) => countDeaths(known, place, deaths, now(), settings),
    tally,
  );
  if (state.outbox.length > 0 || !state.confirmed) await applyState(parts, state, tally);
}

async function pause(
  parts: SupervisorParts,
  { lane, incident, at }: Remediation,
  tally: Tally,
): Promise<void> {
  const { now, settings, tree } = parts;
  const place = childOfLane(tree.root, lane);
  if (place === undefined || tree.laneOf(place.node.name) === undefined) return;
  const order = { at, why: `incident ${incident}` };
  const { name } = place.node;
  const paused = (known: Supervised) => pauseLane(known, order, now(), settings);
  const state = await change(parts, name, paused, tally);
  await applyState(parts, state, tally);
}
