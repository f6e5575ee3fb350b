/** A deployed stack in the simulation: its services, its functions and what wakes them. */
import { join } from 'node:path';
import { nameOfArn } from '../packages/local-lambda/template/account.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { type Plan, planOf } from '../packages/local-lambda/template/plan.ts';
import { clientsFor } from './clients.ts';
import type { EventLog } from './event-log.ts';
import { drawFaults, type Faults, HEALTHY } from './faults.ts';
import { builderOf } from './functions.ts';
import { Host } from './host.ts';
import { EventSource } from './lambda/event-source.ts';
import { LambdaFunction } from './lambda/function.ts';
import { quietTelemetry } from './quiet-telemetry.ts';
import { Scheduler } from './scheduler.ts';
import { type Onlooker, provision, type Services, senderIdOf } from './services.ts';

const ASSEMBLY = join(import.meta.dirname, '../build/local');

/** What is deployed, as `npm run build` has left it. */
export async function deployedPlan(): Promise<Plan> {
  return planOf(await readAssembly(ASSEMBLY), 'https://sqs.simulated');
}

export class World {
  readonly scheduler: Scheduler;
  readonly services: Services;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly sources: readonly EventSource[];
  /** All that was drawn to go wrong. */
  readonly drawn: Faults;
  readonly #clients: ReturnType<typeof clientsFor>;
  #faults: Faults;

  constructor(plan: Plan, seed: number, onlooker: Onlooker, log?: EventLog) {
    this.scheduler = new Scheduler(seed, log);
    this.drawn = drawFaults(this.scheduler.random.fork());
    this.#faults = this.drawn;
    const faults = () => this.#faults;
    this.services = provision(plan, this.scheduler, faults, onlooker);
    this.#clients = clientsFor(this.scheduler, this.services, faults);
    this.functions = this.#deploy(plan);
    this.sources = this.#connect(plan);
    this.#wakeEachMinute(plan);
  }

  /** From now on nothing goes wrong any more, and all must end. */
  heal(): void {
    this.scheduler.note('healed');
    this.#faults = HEALTHY;
  }

  /** Somebody outside of the stack, who sends as that principal. */
  outsider(name: string, senderId: string) {
    const host = new Host(this.scheduler, { name });
    return { host, ...this.#clients(host, senderId) };
  }

  #deploy({ functions }: Plan): Map<string, LambdaFunction> {
    const { scheduler } = this;
    const all = new Map<string, LambdaFunction>();
    for (const { name, properties } of functions) {
      const build = builderOf(name);
      if (build === undefined) continue;
      const { Timeout, ReservedConcurrentExecutions = 1_000, Role, Environment } = properties;
      const env = { ...Environment?.Variables };
      const senderId = senderIdOf(Role, name);
      const load = (host: Host) =>
        build(
          { ...this.#clients(host, senderId), ...machineOf(host), telemetry: quietTelemetry },
          env,
        );
      const limits = { timeoutMs: Timeout * 1_000, concurrencyMax: ReservedConcurrentExecutions };
      const around = { scheduler, faults: () => this.#faults.functions };
      all.set(name, new LambdaFunction({ name, load, ...limits }, around));
    }
    return all;
  }

  #connect({ mappings }: Plan): EventSource[] {
    return mappings.flatMap(({ properties }) => {
      const target = this.functions.get(nameOfArn(properties.FunctionName));
      if (target === undefined) return [];
      const mapping = {
        target,
        queue: this.services.sqs.queue(properties.EventSourceArn),
        batchSize: properties.BatchSize,
        windowMs: properties.MaximumBatchingWindowInSeconds * 1_000,
        concurrencyMax: properties.ScalingConfig.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
        reportsFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      };
      return [new EventSource(mapping, this.scheduler)];
    });
  }

  /** EventBridge's minute to queues: late, now and then twice or never. */
  #wakeEachMinute({ rules }: Plan): void {
    const { scheduler } = this;
    const targets = rules.flatMap(({ properties }) => properties.Targets);
    const queued = targets.filter(({ Arn }) => Arn.includes(':sqs:'));
    const wake = (arn: string, body: string) => {
      const queue = this.services.sqs.queue(arn);
      const groupId = queue.plan.isFifo ? 'minute' : undefined;
      const deduplicationId = queue.plan.isFifo ? scheduler.random.uuid() : undefined;
      const sent = { body, attributes: {}, groupId, deduplicationId, delaySeconds: undefined };
      queue.send({ ...sent, senderId: 'AIDAEVENTBRIDGE' });
    };
    const tick = () => {
      const isUnkind = this.#faults !== HEALTHY;
      for (const { Arn, Input = '{}' } of queued) {
        const times = isUnkind ? scheduler.random.pick([0, 1, 1, 1, 1, 2]) : 1;
        for (let time = 0; time < times; time += 1) {
          scheduler.after(scheduler.random.below(isUnkind ? 30_000 : 1_000), () =>
            wake(Arn, Input),
          );
        }
      }
      scheduler.after(60_000, tick);
    };
    scheduler.after(60_000, tick);
  }
}

const machineOf = ({ now, random, randomId, later }: Host) => ({ now, random, randomId, later });
