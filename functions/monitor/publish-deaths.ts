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

export interface DeathBooks {
  /** The topic of crashes. */
  readonly topic: Topic;
  /** Quarantine. */
  readonly table: Table;
  readonly logger: Log;
}

type Whose = Pick<CrashEvent, 'component' | 'lane' | 'environment'>;

/**
 * One death that cannot be published or recorded hides no other. The first fault is thrown at the end, so
 * that all come again.
 */
export async function publishDeaths(
  books: DeathBooks,
  whose: Whose,
  deaths: readonly Death[],
  tally: Tally,
): Promise<void> {
  const published = await all(deaths, (death) => publish(books, whose, death));
  tally.add('Deaths', published.filter(({ status }) => status === 'fulfilled').length);
  const recorded = await all(deaths, (death) => record(books, whose, death));
  const failed = [...published, ...recorded].find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function all(deaths: readonly Death[], publish: (death: Death) => Promise<void>) {
  const limit = pLimit(AT_ONCE);
  return Promise.allSettled(deaths.map((death) => limit(() => publish(death))));
}

async function publish({ topic }: DeathBooks, whose: Whose, death: Death): Promise<void> {
  const { id, requestId, kind, reason, at, during } = death;
  const fingerprint = crashFingerprint(whose.component, kind, reason);
  await publishCrash(topic, { ...whose, id, requestId, kind, at, during, fingerprint });
}

async function record({ table, logger }: DeathBooks, whose: Whose, death: Death): Promise<void> {
  const { requestId, kind, reason, during } = death;
  const blamed = requestId !== undefined && whose.component === RUNS_RESOURCES;
  const recorded = blamed && (await recordDeath(table, requestId, { crash: kind, reason }));
  const { component: of, lane } = whose;
  logger.warn('death', { of, lane, requestId, kind, reason, during, recorded });
}
