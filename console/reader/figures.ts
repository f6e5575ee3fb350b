/** The figures of a stage, each with its own interval. */

import { queueUrlsOf } from '../../aws/queue-depths.ts';
import { allSupervised } from '../../aws/supervision-table.ts';
import { findAudit } from '../../cli/audit/stage.ts';
import { readBreakers } from '../../cli/breaker/read.ts';
import { sqsClient, tableNamed } from '../../cli/clients.ts';
import { findLanes, tableOf } from '../../cli/lane/find.ts';
import { viewLanes } from '../../cli/lane/look.ts';
import { incidentSettingsSchema } from '../../functions/incident/settings.ts';
import type { EnvironmentsView } from '../contract/snapshot.ts';
import type { QueueAges } from '../flow/queue-ages.ts';
import { readLocalEnvironments, readLocalState, type StandIns } from '../local/state.ts';
import { readAuditTail } from './audit-tail.ts';
import { readTrips, settingsOf } from './breaker-limits.ts';
import { breakerView } from './breakers.ts';
import { cached } from './cached.ts';
import { FigureReader } from './figure-reader.ts';
import { IncidentsReader } from './incidents.ts';
import { laneView } from './lanes.ts';
import { prefixOf } from './names.ts';
import { readQueues } from './queues.ts';
import type { Reading } from './reader.ts';
import { treeView } from './tree.ts';

/** For figures that people watch. The others change rarely. */
const OFTEN_MS = 2_000;
const NOW_AND_THEN_MS = 4_000;

export interface Sources {
  readonly stage: string;
  readonly now: () => number;
  readonly ages: QueueAges;
  /** For a deployed stage. A local runtime is asked directly. */
  readonly environments: FigureReader<readonly EnvironmentsView[]> | undefined;
  readonly standIns: StandIns;
}

/** What opens an incident. */
const windowSchema = incidentSettingsSchema.pick({ crashesToOpen: true, windowMs: true });

/**
 * URLs of the stage's queues. They include queues of other stages whose names start with the same
 * prefix.
 */
export const queuesOf = (stage: string) => queueUrlsOf(sqsClient(), prefixOf(stage));

export function figuresOf(sources: Sources): Reading['figures'] {
  const { stage, now, ages, environments } = sources;
  const figure = <T>(everyMs: number, read: () => Promise<T>) =>
    new FigureReader(everyMs, read, now);
  const queues = cached(() => queuesOf(stage), now);
  const lanes = cached(() => findLanes(stage), now);
  const trips = cached(() => readTrips(stage), now);
  const audit = cached(() => findAudit(stage), now);
  const policy = cached(async () => windowSchema.parse(await settingsOf(stage, 'incident')), now);
  const incidents = new IncidentsReader(stage, policy, now);
  return {
    queues: figure(OFTEN_MS, async () => {
      return readQueues(stage, await queues(), (queue) => ages.at(queue, now()));
    }),
    environments: environments ?? figure(OFTEN_MS, () => readLocalEnvironments(stage)),
    lanes: figure(NOW_AND_THEN_MS, async () => {
      const views = await viewLanes(stage, (await lanes()).lanes);
      return views.map((view) => laneView(stage, view, now()));
    }),
    tree: figure(OFTEN_MS, async () => {
      const [states, found] = await Promise.all([allSupervised(tableOf(stage)), lanes()]);
      return treeView(
        states,
        found.lanes.map(({ lane }) => lane),
      );
    }),
    breakers: figure(OFTEN_MS, async () => {
      const [breakers, tripOf] = await Promise.all([readBreakers(stage), trips()]);
      return breakers.map((breaker) => breakerView(breaker, tripOf, now()));
    }),
    incidents: figure(NOW_AND_THEN_MS, () => incidents.read()),
    audit: figure(NOW_AND_THEN_MS, async () => readAuditTail(tableNamed((await audit()).table))),
    ...(environments === undefined && {
      local: figure(NOW_AND_THEN_MS, () => readLocalState(stage, sources.standIns)),
    }),
  };
}
