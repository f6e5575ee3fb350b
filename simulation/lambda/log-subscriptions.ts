/**
 * The platform's log lines about failures, and their delivery to a subscriber by CloudWatch Logs:
 * later, in pieces, more than once.
 */
import { gzipSync } from 'node:zlib';
import type { Failure } from '../../packages/local-lambda/lambda/outcome.ts';
import { piecesOf } from '../../packages/local-lambda/logs/delivery-delay.ts';
import { compileFilter } from '../../packages/local-lambda/logs/filter-pattern.ts';
import type { LogSubscriptionPlan } from '../../packages/local-lambda/template/plan.ts';
import type { Effect } from '../effects.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

export interface LogFaults {
  /** Maximum delay of a line. */
  readonly delayMs: number;
  /** Whether lines that belong together may be delivered separately. */
  readonly inPieces: boolean;
  /** Probability that a delivery is repeated. */
  readonly repeats: number;
}

export const NO_LOG_FAULTS: LogFaults = { delayMs: 2_000, inPieces: false, repeats: 0 };

/** A failure as the platform logs it. */
export interface Told {
  readonly functionName: string;
  /** Name of the log stream. Each environment has its own. */
  readonly environment: string;
  readonly failure: Failure;
  /** Absent if the environment died while it loaded. */
  readonly requestId: string | undefined;
}

export interface LogSurroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): LogFaults;
  tell(effect: Effect): void;
  /** Passes an event to the subscriber of a plan. */
  deliver(plan: LogSubscriptionPlan, event: object): void;
}

interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

export class LogSubscriptions {
  readonly #around: LogSurroundings;
  readonly #subscribers: ReadonlyMap<
    string,
    { readonly plan: LogSubscriptionPlan; readonly passes: (line: unknown) => boolean }
  >;

  constructor(plans: readonly LogSubscriptionPlan[], around: LogSurroundings) {
    this.#around = around;
    this.#subscribers = new Map(
      plans.map((plan) => [
        plan.properties.LogGroupName,
        { plan, passes: compileFilter(plan.properties.FilterPattern) },
      ]),
    );
  }

  hear({ functionName, environment, failure, requestId }: Told): void {
    const { scheduler, random, faults, tell, deliver } = this.#around;
    const subscriber = this.#subscribers.get(`/aws/lambda/${functionName}`);
    if (subscriber === undefined) return;
    const { plan, passes } = subscriber;
    const { status, errorType } = failure;
    const types =
      requestId === undefined
        ? ['platform.initReport']
        : ['platform.runtimeDone', 'platform.report'];
    const lines = types
      .map((type) => ({ type, record: { ...(requestId && { requestId }), status, errorType } }))
      .filter(passes);
    if (requestId !== undefined && lines.length > 0) {
      tell({ kind: 'logged', functionName, environment, requestId });
    }
    const events: LogEvent[] = lines.map((line) => ({
      id: random.uuid(),
      timestamp: scheduler.now,
      message: JSON.stringify(line),
    }));
    for (const { events: logEvents, afterMs } of piecesOf(events, faults(), () =>
      random.fraction(),
    )) {
      const packed = pack({ plan, logStream: environment, logEvents });
      scheduler.after(afterMs, () => deliver(plan, packed));
    }
  }
}

function pack(delivered: {
  readonly plan: LogSubscriptionPlan;
  readonly logStream: string;
  readonly logEvents: readonly LogEvent[];
}): object {
  const { plan, logStream, logEvents } = delivered;
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: plan.properties.LogGroupName,
    logStream,
    subscriptionFilters: [plan.name],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
}
