/**
 * `monitor`: sees deaths from outside, in the platform's records of the other functions' logs, and
 * tells each as a crash event. What fails here throws, and Lambda invokes again with the same lines:
 * both effects may be repeated.
 */
import { componentOf, type Death, deathsOf } from '../../core/deaths.ts';
import { crashFingerprint } from '../../core/fingerprint.ts';
import { type CrashEvent, lanes } from '../../core/messages.ts';
import { publishCrash } from '../aws/crashes-topic.ts';
import { requiredEnv } from '../aws/env.ts';
import { recordDeath } from '../aws/quarantine-deaths.ts';
import { logger, logsFunction, Tally } from '../telemetry.ts';
import { readLogDelivery } from './log-delivery.ts';

/** The component that runs resources, and so may be killed by one. */
const RUNS_RESOURCES = 'validate';
const COMPONENT = 'monitor';

const stage = requiredEnv('stage');
const topicArn = requiredEnv('crashesTopicArn');
const table = requiredEnv('quarantineTable');

export const handler = logsFunction({ component: COMPONENT }).handler(async ({ awslogs }) => {
  const delivery = readLogDelivery(awslogs.data);
  if (delivery === undefined) return;
  const { functionName, logStream, events } = delivery;
  const whose = componentOf(functionName, stage, lanes);
  // Its own log would feed it for ever. No subscription carries it; should one, nothing is told.
  if (whose === undefined || whose.component === COMPONENT) return;

  const tally = new Tally(events.length);
  for (const death of deathsOf(logStream, events, whose.component === RUNS_RESOURCES)) {
    await tell(whose, death);
    tally.add('Deaths');
  }
  tally.report('deaths', { of: whose.component });
});

async function tell(
  whose: Pick<CrashEvent, 'component' | 'lane'>,
  { id, requestId, kind, reason, at, during }: Death,
): Promise<void> {
  const fingerprint = crashFingerprint(whose.component, kind, reason);
  await publishCrash(topicArn, { ...whose, id, requestId, kind, at, during, fingerprint });
  const blamed = requestId !== undefined && whose.component === RUNS_RESOURCES;
  const recorded = blamed && (await recordDeath(table, requestId, { crash: kind, reason }));
  const { component: of, lane } = whose;
  logger.warn('death', { of, lane, requestId, kind, reason, during, recorded });
}
