/** The functions of a deployed stack, and what invokes them: queues, the minute, and logs. */
import type { Failure } from '../packages/local-lambda/lambda/outcome.ts';
import { mappingUuid, nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Faults } from './faults.ts';
import { builderOf, envsOf, type Given } from './functions.ts';
import type { Host } from './host.ts';
import { invokeLater } from './lambda/async-invocations.ts';
import { EventSource } from './lambda/event-source.ts';
import { LambdaFunction } from './lambda/function.ts';
import { LogSubscriptions } from './lambda/log-subscriptions.ts';
import { wakeEachMinute } from './minute.ts';
import { downBy, MINUTE, stuckMs } from './outages.ts';
import { quietTelemetry, telemetryOf } from './quiet-telemetry.ts';
import type { Scheduler } from './scheduler.ts';
import { type Services, senderIdOf } from './services.ts';
import type { DrawnSettings } from './settings.ts';
import type { Witness } from './witness.ts';

/** Functions whose messages may wait for minutes: those that gather many, and the one that the minute wakes. */
const GATHERS = /-(?:analytics|reporting|supervisor)$/;

/** Which code an environment runs, and as whom. */
export interface Loaded {
  readonly host: Host;
  readonly senderId: string;
  readonly deployment: number;
}

export interface FunctionSurroundings {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly services: Services;
  readonly witness: Witness;
  readonly settings: DrawnSettings;
  faults(): Faults;
  /** The dependencies of an environment's code. */
  given(loaded: Loaded): Omit<Given, 'telemetry'>;
}

export class DeployedFunctions {
  readonly byName: ReadonlyMap<string, LambdaFunction>;
  /** The event source mappings. */
  readonly sources: readonly EventSource[];
  readonly #around: FunctionSurroundings;
  readonly #logs: LogSubscriptions;

  constructor(around: FunctionSurroundings) {
    this.#around = around;
    this.#logs = this.#subscribeToLogs();
    this.byName = this.#deploy();
    this.sources = this.#connect();
    this.#wakeEachMinute();
  }

  #subscribeToLogs(): LogSubscriptions {
    const { plan, scheduler, faults, witness } = this.#around;
    return new LogSubscriptions(plan.logSubscriptions, {
      scheduler,
      tell: (effect) => witness.tell(effect),
      random: scheduler.random.fork(),
      faults: () => faults().logs,
      deliver: ({ properties }, event) =>
        this.#invokeLater(nameOfArn(properties.DestinationArn), event),
    });
  }

  #deploy(): Map<string, LambdaFunction> {
    const { plan, scheduler, witness, settings, faults, given } = this.#around;
    const all = new Map<string, LambdaFunction>();
    for (const { name, properties, codeDirectory } of plan.functions) {
      const build = builderOf(name);
      if (build === undefined) continue;
      const { Timeout, ReservedConcurrentExecutions = 1_000, Role, Environment } = properties;
      const env: Record<string, string> = {
        ...Environment?.Variables,
        LAMBDA_TASK_ROOT: codeDirectory,
      };
      const senderId = senderIdOf(Role, name);
      const envAt = envsOf(name, env, settings);
      const load = (host: Host, deployment: number) => {
        const telemetry = this.#telemetryOn(host);
        return build({ ...given({ host, senderId, deployment }), telemetry }, envAt(deployment));
      };
      const limits = { timeoutMs: Timeout * 1_000, concurrencyMax: ReservedConcurrentExecutions };
      const around = {
        scheduler,
        faults: () => faults().functions,
        loads: () => downBy(faults().outages, name, undefined, scheduler) === undefined,
        tell: witness.tell.bind(witness),
        log: (host: Host, failure: Failure, requestId: string | undefined) =>
          this.#logs.hear({ functionName: name, environment: host.name, failure, requestId }),
      };
      all.set(name, new LambdaFunction({ name, load, ...limits }, around));
    }
    return all;
  }

  /** Of the functions whose counts a checker knows. */
  #telemetryOn(host: Host): Telemetry {
    if (!/-(?:supervisor|incident)#/.test(host.name)) return quietTelemetry;
    return telemetryOf((metric, count) =>
      this.#around.witness.tell({ kind: 'counted', metric, count }, host),
    );
  }

  #connect(): EventSource[] {
    const { plan, scheduler, services, witness, faults } = this.#around;
    return plan.mappings.flatMap(({ name, properties }) => {
      const target = this.byName.get(nameOfArn(properties.FunctionName));
      if (target === undefined) return [];
      const mapping = {
        uuid: mappingUuid(name),
        target,
        queue: services.sqs.queue(properties.EventSourceArn),
        batchSize: properties.BatchSize,
        windowMs: properties.MaximumBatchingWindowInSeconds * 1_000,
        concurrencyMax: properties.ScalingConfig.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
        reportsFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      };
      const changed = (source: EventSource) =>
        witness.tell({
          kind: 'mapping',
          uuid: source.plan.uuid,
          enabled: source.state === 'Enabled',
          concurrencyMax: source.concurrencyMax,
        });
      return [new EventSource(mapping, scheduler, changed, () => faults().queues.fewer)];
    });
  }

  #wakeEachMinute(): void {
    const { plan, scheduler, services, faults } = this.#around;
    wakeEachMinute(plan.rules, {
      scheduler,
      random: scheduler.random.fork(),
      faults: () => faults().minute,
      isOut: () => stuckMs(faults().outages, MINUTE, scheduler) > 0,
      isIdle: () => this.#isIdle,
      queue: (arn) => services.sqs.queue(arn),
      invoke: (name, event) => this.#invokeLater(name, event),
    });
  }

  /** Whether all lanes are on as ever, and nothing waits in a queue that is read at once. */
  get #isIdle(): boolean {
    return this.sources.every(
      ({ isAsDeployed, plan: { queue, target } }) =>
        isAsDeployed && (queue.size === 0 || GATHERS.test(target.plan.name)),
    );
  }

  #invokeLater(functionName: string, event: object): void {
    const { plan, scheduler, services } = this.#around;
    const target = this.byName.get(functionName);
    if (target === undefined) return;
    const arn = plan.functions.find(({ name }) => name === functionName)?.properties
      .DeadLetterConfig?.TargetArn;
    const deadLetters = arn === undefined ? undefined : services.sqs.queue(arn);
    const twice = this.#around.faults().functions.asyncTwice;
    invokeLater(scheduler, { target, deadLetters, twice }, event);
  }
}
