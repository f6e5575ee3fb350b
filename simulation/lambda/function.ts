/**
 * A Lambda function: environments that load, run one invocation at a time, are frozen after their
 * response, thawed for the next one, and die.
 */
import {
  exited,
  type Failure,
  type Outcome,
  type Refusal,
  throttled,
} from '../../packages/local-lambda/lambda/outcome.ts';
import { Host } from '../host.ts';
import { Deaths } from './deaths.ts';
import type { FunctionPlan, FunctionSurroundings } from './function-plan.ts';
import { type Environment, type Invocation, runInvocation } from './invocation.ts';

/** How long after a deployment environments of the previous one still accept invocations. */
const BOTH_RUN_MS = 60_000;
/** Probability that an environment is thawed which has been frozen for longer than others. */
const OLDER_TAKEN = 0.1;
/** What a bad deployment says. Unlike an end without a reason, it is the component's own death (R30). */
const BAD_MODULE: Failure = {
  status: 'error',
  errorType: 'Runtime.ImportModuleError',
  errorMessage: 'a module is missing',
};

export class LambdaFunction {
  readonly plan: FunctionPlan;
  readonly #around: FunctionSurroundings;
  readonly #deaths: Deaths;
  #idle: Environment[] = [];
  #running = 0;
  #count = 0;
  /** Which code environments get that start now. */
  #deployment = 0;
  /** Increases with each deployment, also with one that is rolled back. */
  #generation = 0;
  readonly #generations = new WeakMap<Host, number>();
  #deployedAt = Number.NEGATIVE_INFINITY;

  constructor(plan: FunctionPlan, around: FunctionSurroundings) {
    this.plan = plan;
    this.#around = around;
    this.#deaths = new Deaths(around.scheduler.random);
  }

  /** Number of environments so far. */
  get environments(): number {
    return this.#count;
  }

  /** Deploys new code, or code of an earlier deployment. For some time, what was deployed before runs next to it. */
  deploy(deployment = this.#deployment + 1): void {
    this.#deployment = deployment;
    this.#generation += 1;
    this.#deployedAt = this.#around.scheduler.now;
  }

  /**
   * Returns a refusal at once. Otherwise calls `end` with the outcome. A retried invocation keeps
   * its request id.
   */
  invoke(
    event: unknown,
    end: (outcome: Outcome) => void,
    requestId = this.#around.scheduler.random.uuid(),
  ): Refusal | undefined {
    const { scheduler, faults } = this.#around;
    const isFull = this.#running >= this.plan.concurrencyMax;
    if (isFull || scheduler.random.chance(faults().throttled)) return throttled();
    this.#running += 1;
    const invocation = {
      event,
      requestId,
      end: (outcome: Outcome) => {
        this.#running -= 1;
        end(outcome);
      },
    };
    const environment = this.#takeIdle();
    if (environment === undefined) this.#start(invocation);
    else {
      environment.host.thaw();
      this.#around.tell({ kind: 'thawed' }, environment.host);
      this.#run(environment, invocation);
    }
    return undefined;
  }

  /** Usually the environment that was used last. It may be gone. */
  #takeIdle(): Environment | undefined {
    const { scheduler, faults } = this.#around;
    const { random } = scheduler;
    const isOlder = this.#idle.length > 1 && random.chance(OLDER_TAKEN);
    const environment = isOlder
      ? this.#idle.splice(random.below(this.#idle.length), 1)[0]
      : this.#idle.pop();
    if (environment === undefined) return undefined;
    const isLost = this.#isReplaced(environment) || this.#around.loads?.() === false;
    const isGone = isLost || scheduler.random.chance(faults().retired);
    if (!isGone) return environment;
    environment.host.kill();
    this.#around.tell({ kind: 'died' }, environment.host);
    return undefined;
  }

  #isReplaced({ host }: Environment): boolean {
    const { now } = this.#around.scheduler;
    return (
      this.#generations.get(host) !== this.#generation && now - this.#deployedAt >= BOTH_RUN_MS
    );
  }

  #start(invocation: Invocation): void {
    const { scheduler, faults } = this.#around;
    this.#count += 1;
    const { coldStartMs, skewMs } = faults();
    const host = new Host(scheduler, {
      name: `${this.plan.name}#${this.#count}`,
      deployment: this.#deployment,
      skewMs: scheduler.random.between(-skewMs, skewMs),
      setTo: () => this.#clockSetTo(),
      diesHere: () => scheduler.random.chance(faults().killed),
      stallsHere: () => {
        const { stalled, stallMs } = faults();
        return scheduler.random.chance(stalled) ? stallMs : 0;
      },
    });
    this.#generations.set(host, this.#generation);
    scheduler.after(scheduler.random.duration(coldStartMs), () => {
      const isBad = this.#around.loads?.() === false;
      if (isBad) this.#failToLoad(host, invocation, BAD_MODULE);
      else if (scheduler.random.chance(faults().loadFails))
        this.#failToLoad(host, invocation, exited(1, null));
      else this.#load(host, invocation);
    });
  }

  #clockSetTo(): number | undefined {
    const { random } = this.#around.scheduler;
    const { clockSteps, skewMs } = this.#around.faults();
    const isSet = skewMs > 0 && random.chance(clockSteps);
    return isSet ? random.between(-skewMs, skewMs) : undefined;
  }

  #load(host: Host, invocation: Invocation): void {
    const { scheduler } = this.#around;
    let environment: Environment;
    try {
      environment = { host, handler: this.plan.load(host, host.deployment) };
    } catch (fault) {
      scheduler.note(`${host.name} does not load`);
      scheduler.fail(fault);
      return;
    }
    this.#run(environment, invocation);
  }

  /** The platform reports the environment first, then the invocation that waited for it. */
  #failToLoad(host: Host, { end, requestId }: Invocation, failure: Failure): void {
    const { scheduler, tell, log } = this.#around;
    scheduler.note(`${host.name} died while it loaded`);
    host.kill();
    tell({ kind: 'died' }, host);
    log?.(host, failure, undefined);
    log?.(host, failure, requestId);
    end(failure);
  }

  #run(environment: Environment, invocation: Invocation): void {
    runInvocation(environment, invocation, {
      ...this.#around,
      plan: this.plan,
      death: this.#deaths.draw(invocation.event),
      onFrozen: () => this.#idle.push(environment),
    });
  }
}
