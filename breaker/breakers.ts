/**
 * Calls to external services, each through the breaker of its service.
 *
 * All invocations of an environment share it: one circuit for each service. The state of one call is in
 * local variables of {@link Breakers.guard}.
 */
import type { Machine } from '../aws/machine.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import { DEFAULT_BREAKER_POLICY } from '../core/breaker/breaker-policy.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';
import { abortWith } from '../telemetry/abort-with.ts';
import { BreakerRefused, CallTimedOut } from './call-errors.ts';
import { type CallOutcome, outcomeOfError } from './call-outcome.ts';
import { Circuit, type CircuitTools } from './circuit.ts';

/** Why the service gave no answer. */
export type FallbackReason =
  | { readonly kind: 'refused'; readonly why: string; readonly retryAt: number }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface GuardOptions<T> {
  /** The call is aborted after this time, and counts as failed. */
  readonly timeoutMs: number;
  /**
   * Aborts the call early, together with the work that it belongs to. This says nothing about the
   * service.
   */
  readonly signal?: AbortSignal | undefined;
  readonly fallback?: ((reason: FallbackReason) => T | Promise<T>) | undefined;
  /** What an answer says about the service; by default that it works. */
  readonly outcomeOfResponse?: ((answer: T) => CallOutcome) | undefined;
  /** What an error says about it; by default that it failed. */
  readonly outcomeOfError?: ((error: unknown) => CallOutcome) | undefined;
}

/** Must end soon after the signal aborts, because the caller waits for it. */
export type Call<T> = (signal: AbortSignal) => Promise<T>;

export interface BreakersTools extends CircuitTools {
  readonly later: Machine['later'];
}

export class Breakers {
  readonly #store: BreakerStore;
  readonly #tools: BreakersTools;
  readonly #policies: ReadonlyMap<string, BreakerPolicy>;
  readonly #circuits = new Map<string, Circuit>();

  constructor(
    store: BreakerStore,
    tools: BreakersTools,
    policies: ReadonlyMap<string, BreakerPolicy> = new Map(),
  ) {
    this.#store = store;
    this.#tools = tools;
    this.#policies = policies;
  }

  /**
   * Calls a service, if its breaker allows the call. Without a fallback it throws BreakerRefused if the
   * breaker refuses, CallTimedOut after `timeoutMs`, and whatever the call throws.
   */
  async guard<T>(service: string, call: Call<T>, options: GuardOptions<T>): Promise<T> {
    const circuit = this.of(service);
    const admitted = await circuit.ask(options.timeoutMs);
    if (admitted.kind === 'refused') {
      const { why, retryAt } = admitted;
      if (options.fallback) return options.fallback({ kind: 'refused', why, retryAt });
      throw new BreakerRefused(service, why, retryAt);
    }
    const ended = await withTimeout(service, call, options, this.#tools.later).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    await circuit.record(admitted, outcomeOf(ended, options));
    if ('answer' in ended) return ended.answer;
    if (options.fallback) return options.fallback({ kind: 'failed', error: ended.error });
    throw ended.error;
  }

  /** The breaker of a service, for callers that cannot wrap their call. */
  of(service: string): Circuit {
    const known = this.#circuits.get(service);
    if (known !== undefined) return known;
    const policy = this.#policies.get(service) ?? DEFAULT_BREAKER_POLICY;
    const circuit = new Circuit(service, policy, this.#store, this.#tools);
    this.#circuits.set(service, circuit);
    return circuit;
  }
}

function outcomeOf<T>(
  ended: { readonly answer: T } | { readonly error: unknown },
  options: GuardOptions<T>,
): CallOutcome {
  if ('error' in ended) {
    if (options.signal?.aborted && ended.error === options.signal.reason) {
      return { outcome: 'unknown' };
    }
    return (options.outcomeOfError ?? outcomeOfError)(ended.error);
  }
  return options.outcomeOfResponse?.(ended.answer) ?? { outcome: 'success' };
}

/**
 * Aborts the call when its time is up, and waits until it has ended: no part of it may run after the
 * invocation (R61), in an environment that is frozen and thawed while another one makes the next probe.
 */
async function withTimeout<T>(
  service: string,
  call: Call<T>,
  { timeoutMs, signal: outer }: Pick<GuardOptions<T>, 'timeoutMs' | 'signal'>,
  later: Machine['later'],
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const letGo = abortWith(controller, outer);
  const callOff = later(timeoutMs, () => controller.abort(new CallTimedOut(service, timeoutMs)));
  try {
    return await call(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    letGo();
    callOff();
  }
}
