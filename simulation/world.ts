/** A deployed stack in the simulation: its services, its functions and what wakes them. */
import { nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import type { Checker, MakeChecker, Seen } from './checker.ts';
import { clientsFor } from './clients.ts';
import type { Effect } from './effects.ts';
import type { EventLog } from './event-log.ts';
import { drawFaults, type Faults, HEALTHY } from './faults.ts';
import { builderOf } from './functions.ts';
import { Host } from './host.ts';
import { EventSource } from './lambda/event-source.ts';
import { LambdaFunction } from './lambda/function.ts';
import { quietTelemetry } from './quiet-telemetry.ts';
import { Scheduler } from './scheduler.ts';
import { provision, type Services, senderIdOf } from './services.ts';
import type { Submission } from './submission.ts';
import { Witness } from './witness.ts';

export interface WorldOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly checkers?: readonly MakeChecker[];
  readonly log?: EventLog | undefined;
}

export class World implements Seen {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly services: Services;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly sources: readonly EventSource[];
  /** All that was drawn to go wrong. */
  readonly drawn: Faults;
  /** What producers have sent, by message id. */
  readonly submissions = new Map<string, Submission>();
  readonly checkers: readonly Checker[];
  readonly #witness: Witness;
  readonly #clients: ReturnType<typeof clientsFor>;
  #faults: Faults;

  constructor({ plan, seed, checkers = [], log }: WorldOptions) {
    this.plan = plan;
    this.scheduler = new Scheduler(seed, log);
    this.#witness = new Witness(this.scheduler);
    this.drawn = drawFaults(this.scheduler.random.fork());
    this.#faults = this.drawn;
    const faults = () => this.#faults;
    const tell = (effect: Effect) => this.#witness.tell(effect);
    this.services = provision(plan, this.scheduler, faults, tell);
    this.#clients = clientsFor(this.scheduler, this.services, faults, this.#witness);
    this.functions = this.#deploy(plan);
    this.sources = this.#connect(plan);
    this.#wakeEachMinute(plan);
    this.checkers = checkers.map((make) => make(this));
    this.#witness.add(this.checkers);
  }

  get isHealed(): boolean {
    return this.#faults === HEALTHY;
  }

  /** Of a table, queue, bucket or function of the stack, by the end of its name: `resources`, `critical`. */
  nameOf(end: string): string {
    return `${this.plan.stackName}-${end}`;
  }

  /** Where messages of a queue are sent. */
  queueUrlOf(end: string): string {
    return `https://sqs.simulated/000000000000/${this.nameOf(end)}`;
  }

  /** Tells somebody of each effect before the checkers. */
  tellFirst(watcher: Pick<Checker, 'see'>): void {
    this.#witness.addFirst(watcher);
  }

  /** A producer's message was taken. */
  submitted(submission: Submission, by: Host): void {
    this.submissions.set(submission.messageId, submission);
    this.#witness.tell({ kind: 'submitted', submission }, by);
  }

  /** From now on nothing goes wrong any more, and all must end. */
  heal(): void {
    this.scheduler.note('healed');
    this.#faults = HEALTHY;
    this.#witness.tell({ kind: 'healed' });
  }

  /** Somebody outside of the stack, who sends as that principal. */
  outsider(name: string, senderId: string) {
    const host = new Host(this.scheduler, { name });
    return { host, ...this.#clients(host, senderId) };
  }

  #deploy({ functions }: Plan): Map<string, LambdaFunction> {
    const { scheduler } = this;
    const all = new Map<string, LambdaFunction>();
    for (const { name, properties, codeDirectory } of functions) {
      const build = builderOf(name);
      if (build === undefined) continue;
      const { Timeout, ReservedConcurrentExecutions = 1_000, Role, Environment } = properties;
      const env = { ...Environment?.Variables, LAMBDA_TASK_ROOT: codeDirectory };
      const senderId = senderIdOf(Role, name);
      const load = (host: Host) =>
        build(
          { ...this.#clients(host, senderId), ...machineOf(host), telemetry: quietTelemetry },
          env,
        );
      const limits = { timeoutMs: Timeout * 1_000, concurrencyMax: ReservedConcurrentExecutions };
      const tell = (effect: Effect, by: Host) => this.#witness.tell(effect, by);
      const around = { scheduler, faults: () => this.#faults.functions, tell };
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
