/**
 * One event source mapping, as Lambda's API shows and changes it while it runs. A change is
 * asynchronous, as on AWS: the mapping reports it (`Disabling`), goes on as before until it is
 * done, and accepts no other change meanwhile. A disabled mapping receives nothing. Running
 * invocations continue.
 */
import type { Poller } from './poller.ts';

export type MappingState = 'Enabled' | 'Disabling' | 'Disabled' | 'Enabling' | 'Updating';

/**
 * The settings of a mapping that can be changed. Absent ones stay. Infinity: no maximum
 * concurrency.
 */
export type MappingChange = { enabled?: boolean; concurrencyMax?: number };

/** The settings of a mapping that never change. */
export type MappingIdentity = {
  uuid: string;
  logicalId: string;
  functionArn: string;
  eventSourceArn: string;
  batchSize: number;
  windowSeconds: number;
  functionResponseTypes: string[];
};

/** Starts polling. The poller calls `concurrencyMax` before each invocation. */
type StartPoller = (concurrencyMax: () => number) => Poller;

export class SwitchedMapping {
  readonly identity: MappingIdentity;
  #start: StartPoller;
  #settleMs: number;
  #state: MappingState = 'Disabled';
  #concurrencyMax: number;
  #changedAt = Date.now();
  #poller: Poller | undefined;
  /** Stopped pollers whose invocations still run. */
  #ending = new Map<Poller, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    identity: MappingIdentity,
    initially: Required<MappingChange>,
    start: StartPoller,
    settleMs: number,
  ) {
    this.identity = identity;
    this.#start = start;
    this.#settleMs = settleMs;
    this.#concurrencyMax = initially.concurrencyMax;
    if (initially.enabled) this.#enable();
  }

  get state(): MappingState {
    return this.#state;
  }

  /** Maximum concurrency. Infinity if the mapping has none. */
  get concurrencyMax(): number {
    return this.#concurrencyMax;
  }

  /** Epoch ms. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Whether a change is in progress. Then no other is accepted. */
  get changing(): boolean {
    return this.#timer !== undefined;
  }

  /** Messages and copies in flight. */
  inFlight(): number {
    const pollers = [...(this.#poller ? [this.#poller] : []), ...this.#ending.keys()];
    return pollers.reduce((sum, poller) => sum + poller.inFlight(), 0);
  }

  /** Starts a change. Must not be called while another one is in progress. */
  change({ enabled = this.#poller !== undefined, concurrencyMax }: MappingChange): void {
    const wasEnabled = this.#poller !== undefined;
    if (enabled === wasEnabled) this.#state = 'Updating';
    else this.#state = enabled ? 'Enabling' : 'Disabling';
    // Functions that end during the shutdown may still request a change. Nothing polls any more.
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#concurrencyMax = concurrencyMax ?? this.#concurrencyMax;
      if (enabled) this.#enable();
      else this.#disable();
    }, this.#settleMs);
  }

  /** Stops polling. Resolves when its invocations have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#disable();
    await Promise.all(this.#ending.values());
  }

  #enable(): void {
    this.#settled('Enabled');
    this.#poller ??= this.#start(() => this.#concurrencyMax);
  }

  #disable(): void {
    this.#settled('Disabled');
    const poller = this.#poller;
    if (!poller) return;
    this.#poller = undefined;
    const ended = poller.end().finally(() => this.#ending.delete(poller));
    this.#ending.set(poller, ended);
  }

  #settled(state: MappingState): void {
    this.#state = state;
    this.#changedAt = Date.now();
  }
}
