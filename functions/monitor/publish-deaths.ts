/**
 * Publishes deaths: all of them as crash events first. Then records each with the attempt that it ended.
 */
import pLimit from 'p-limit';
import { publishCrash } from '../../aws/crashes-topic.ts';
import type { Table, Topic } from '../../aws/handles.ts';
import { recordDeath } from '../../aws/quarantine-deaths.ts';
import type { Death } from '../../core/attempt/deaths-in-log.ts';
import { crashFingerprint } from '../../core/message/fingerprint.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';

/** The component that runs resources, and so may be killed by one. */
export const RUNS_RESOURCES = 'validate';

const AT_ONCE = 10;

/** Where deaths are published and recorded. */
export interface DeathSinks {
  /** The topic of crashes. */
  readonly topic: Topic;
  /** Quarantine. */
  readonly table: Table;
  readonly logger: Log;
}

/** What died. */
type Dead = Pick<CrashEvent, 'component' | 'lane' | 'environment'>;

/**
 * One death that cannot be published or recorded hides no other. The first fault is thrown at the end, so
 * that all come again.
 */
export async function publishDeaths(
  sinks: DeathSinks,
  dead: Dead,
  deaths: readonly Death[],
  tally: Tally,
): Promise<void> {
  const published = await each(deaths, (death) => publish(sinks, dead, death));
  tally.add('Deaths', published.filter(({ status }) => status === 'fulfilled').length);
  const recorded = await each(deaths, (death) => record(sinks, dead, death));
  const failed = [...published, ...recorded].find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function each(deaths: readonly Death[], act: (death: Death) => Promise<void>) {
  const limit = pLimit(AT_ONCE);
  return Promise.allSettled(deaths.map((death) => limit(() => act(death))));
}

async function publish({ topic }: DeathSinks, dead: Dead, death: Death): Promise<void> {
  const { id, requestId, kind, reason, at, during } = death;
  const fingerprint = crashFingerprint(dead.component, kind, reason);
  await publishCrash(topic, { ...dead, id, requestId, kind, at, during, fingerprint });
}

async function record({ table, logger }: DeathSinks, dead: Dead, death: Death): Promise<void> {
  const { requestId, kind, reason, during } = death;
  const blamed = requestId !== undefined && dead.component === RUNS_RESOURCES;
  const recorded = blamed && (await recordDeath(table, requestId, { crash: kind, reason }));
  const { component: of, lane } = dead;
  logger.warn('death', { of, lane, requestId, kind, reason, during, recorded });
}
