/**
 * `supervisor`: pauses what keeps dying and brings it back (R30 to R33). It decides on saved state
 * and acts from it, so that it may die at any step, and be many at once.
 */
import type { Context } from 'aws-lambda';
import { countDeaths, isComponentDeath } from '../../core/incident/escalation.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import { pauseLane } from '../../core/supervision/lane-supervision.ts';
import {
  childOfCrash,
  childOfLane,
  SUPERVISION_TREE,
} from '../../core/supervision/supervision-tree.ts';
import { emit, faultOf, logger, sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { change } from './change.ts';
import { COMPONENT, settings } from './environment.ts';
import { look, lookAround } from './look.ts';
import { type Job, jobsOf, type Remediation } from './news.ts';
import { settle } from './settle.ts';
import { laneOf } from './tree.ts';

export const handler = sqsFunction({ component: COMPONENT }).handler(
  async ({ Records: records }, context: Context) => {
    const tally = new Tally(records.length);
    const done = new Set<string>();
    for (const { messageIds, job } of jobsOf(records)) {
      try {
        await run(job, tally, context);
        for (const id of messageIds) done.add(id);
      } catch (fault) {
        tally.add('ComponentFaults');
        logger.error('component fault', { job: job.kind, ...faultOf(fault) });
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

function run(job: Job, tally: Tally, context: Context): Promise<void> {
  switch (job.kind) {
    case 'deaths':
      return countThem(job.crashes, tally);
    case 'pause':
      return pause(job.remediation, tally);
    case 'breaker':
      return look('delivery', tally, context);
    case 'wake':
      return lookAround(tally, context);
    case 'refused':
      return refuse(job, tally);
  }
}

/** It asks for nothing. It does not come again either: whoever floods the queue pays each message once. */
async function refuse(
  { claimed, teller, toldAs }: Extract<Job, { kind: 'refused' }>,
  tally: Tally,
): Promise<void> {
  tally.add('SenderRefused');
  logger.error('sender refused', { claimed, teller, toldAs });
}

/** Deaths of one component. What a death left undone of an earlier delivery is done now. */
async function countThem(crashes: readonly CrashEvent[], tally: Tally): Promise<void> {
  const deaths = crashes.filter(isComponentDeath);
  const [first] = deaths;
  const place = first && childOfCrash(SUPERVISION_TREE, first);
  if (place === undefined) return;
  const { name } = place.node;
  emit('Restarts', 'component', name, deaths.length);
  const { state } = await change(
    name,
    (known) => countDeaths(known, place, deaths, Date.now(), settings),
    tally,
  );
  if (state.outbox.length > 0 || !state.confirmed) await settle(name, tally);
}

async function pause({ lane, incident, at }: Remediation, tally: Tally): Promise<void> {
  const place = childOfLane(SUPERVISION_TREE, lane);
  if (place === undefined || laneOf(place.node.name) === undefined) return;
  const order = { at, why: `incident ${incident}` };
  await change(place.node.name, (state) => pauseLane(state, order, Date.now(), settings), tally);
  await settle(place.node.name, tally);
}
