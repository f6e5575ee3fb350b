/** Brings a lane back by one message, which the supervisor receives and runs itself (R33). */
import type { Context } from 'aws-lambda';
import {
  deleteMessage,
  hasMessages,
  receiveProbeMessage,
  runProbe,
  wasNotRun,
} from '../../aws/probe-message.ts';
import type { ProbeOutcome } from '../../core/supervision/lane-supervision.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { SupervisorParts } from './parts.ts';
import type { LaneParts } from './settings.ts';

/** For receiving the message, and for the writes after the probe. */
const AROUND_MS = 10_000;

/** Whether a probe that begins now ends before its supervisor does: otherwise nobody would learn how it went. */
export const hasTimeToProbe = (
  { timeoutMs }: Pick<LaneParts, 'timeoutMs'>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => context.getRemainingTimeInMillis() >= timeoutMs + AROUND_MS;

interface ProbeLimits {
  /** How many messages may fail because of themselves before the component is to blame. */
  readonly messages: number;
  readonly tally: Tally;
  readonly context: Pick<Context, 'getRemainingTimeInMillis'>;
}

/**
 * Probes with one message, and with another if that one failed by itself. If an earlier probe died with a
 * message, the lane's function isolates it, and it does not count. Nor does a fault of the queue, or of Lambda before
 * the function ran: the next probe is due soon, and not only when this one's lease ends.
 */
export async function probe(
  parts: SupervisorParts,
  child: string,
  lane: LaneParts,
  { messages, tally, context }: ProbeLimits,
): Promise<ProbeOutcome> {
  for (let tries = 0, failed = 0; ; tries += 1) {
    if (tries > 0 && !hasTimeToProbe(lane, context)) return failed > 0 ? 'failed' : 'all in flight';
    const outcome = await probeOnce(parts, child, lane, tally).catch((fault: unknown) => {
      tally.add('ComponentFaults');
      parts.logger.error('component fault', { lane: child, ...faultOf(fault) });
      return 'all in flight' as const;
    });
    parts.logger.info('probe', { lane: child, outcome });
    if (outcome === 'isolated') continue;
    if (outcome === 'ran') return 'ran';
    if (outcome === 'died') return 'failed';
    if (outcome !== 'failed') return failed === 0 ? outcome : 'failed';
    failed += 1;
    if (failed === messages) return 'failed';
  }
}

async function probeOnce(
  { sqs, waitingLambda, logger }: SupervisorParts,
  child: string,
  lane: LaneParts,
  tally: Tally,
): Promise<ProbeOutcome | 'isolated' | 'died'> {
  const record = await receiveProbeMessage(sqs, lane);
  // Messages that the deaths left in flight are still in the queue, and the lane must be tried with them. So must one
  // that has come since.
  if (record === undefined)
    return (await hasMessages(sqs, lane)) ? 'all in flight' : 'nothing there';
  tally.add('Probes');
  const answer = await runProbe(waitingLambda, lane.functionName, record, child).catch(
    (fault: unknown) => {
      logger.error('component fault', { lane: child, ...faultOf(fault) });
      return wasNotRun(fault) ? 'not run' : 'died';
    },
  );
  const remove = () =>
    deleteMessage(sqs, lane, record).catch((fault: unknown) => {
      // It comes again, without a second effect (R04). How the probe went is known all the same.
      logger.error('component fault', { lane: child, ...faultOf(fault) });
    });
  switch (answer) {
    case 'done':
      await remove();
      return 'ran';
    case 'isolated':
      await remove();
      return 'isolated';
    case 'not run':
      return 'all in flight';
    case 'failed':
    case 'died':
      tally.add('ProbesFailed');
      // It becomes visible again after its visibility timeout, or sooner if the function requested
      // that.
      return answer;
  }
}
