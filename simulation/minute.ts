/**
 * EventBridge's rules: to queues and functions every minute, late, and sometimes twice or never.
 */
import { nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { RulePlan } from '../packages/local-lambda/template/plan.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Queue } from './sqs/queue.ts';

const MINUTE_MS = 60_000;
/** Of so many idle minutes one comes. */
const IDLE_MINUTES = 5;

export interface MinuteFaults {
  readonly missed: number;
  readonly twice: number;
  readonly lateMs: number;
}

export const NO_MINUTE_FAULTS: MinuteFaults = { missed: 0, twice: 0, lateMs: 1_000 };

export interface MinuteSurroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): MinuteFaults;
  /** Whether no wake comes at all. */
  isOut(): boolean;
  /** Whether nothing waits anywhere. Then most wakes are left out: they find nothing, and are most of an idle day. */
  isIdle(): boolean;
  queue(arn: string): Queue;
  /** Invokes a function without waiting for it. */
  invoke(functionName: string, event: object): void;
}

export function wakeEachMinute(rules: readonly RulePlan[], around: MinuteSurroundings): void {
  const { scheduler, random, faults } = around;
  const targets = rules.flatMap(({ properties }) => properties.Targets);
  let idle = 0;
  const tick = () => {
    scheduler.after(MINUTE_MS, tick);
    idle = around.isIdle() ? idle + 1 : 0;
    if (idle % IDLE_MINUTES !== 0 || around.isOut()) return;
    const { missed, twice, lateMs } = faults();
    for (const target of targets) {
      if (random.chance(missed)) continue;
      for (let left = random.chance(twice) ? 2 : 1; left > 0; left -= 1) {
        scheduler.after(random.below(lateMs), () => wake(target, around));
      }
    }
  };
  scheduler.after(MINUTE_MS, tick);
}

type Target = RulePlan['properties']['Targets'][number];

function wake({ Arn, Input = '{}' }: Target, { random, queue, invoke }: MinuteSurroundings): void {
  if (!Arn.includes(':sqs:')) {
    invoke(nameOfArn(Arn), JSON.parse(Input));
    return;
  }
  const target = queue(Arn);
  target.send({
    body: Input,
    attributes: {},
    groupId: target.plan.isFifo ? 'minute' : undefined,
    deduplicationId: target.plan.isFifo ? random.uuid() : undefined,
    delaySeconds: undefined,
    senderId: 'AIDAEVENTBRIDGE',
  });
}
