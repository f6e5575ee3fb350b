/**
 * Lanes. A held and confirmed lane receives nothing from its queues, isolation included, and the
 * effects of an escalation are performed (R31). It resumes by one probe at a time, then with a
 * maximum concurrency of two for each mapping, which is doubled step by step (R33).
 */
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Faults } from '../faults.ts';
import { type Host, isOperator } from '../host.ts';
import { MINUTE } from '../outages.ts';
import { LateEnablings } from './late-enablings.ts';

interface Lane {
  readonly name: string;
  readonly version: number;
  readonly holds: Readonly<Record<string, { readonly by: string } | undefined>>;
  readonly confirmed: boolean;
  readonly setbacks: number;
  readonly probe?: { readonly id: string; readonly until: number };
  readonly ramp?: { readonly step: number; readonly at: number };
  readonly outbox: readonly { readonly kind: string }[];
}

/** A poller may have sent its request just before its mapping was disabled. */
const LAST_RECEIVE_MS = 1_000;
const STEP_MS = 50_000;

export class SupervisionChecker implements Checker {
  readonly kinds = [
    'received',
    'written',
    'called',
    'befell',
    'failed',
    'died',
    'frozen',
    'reset',
  ] as const;
  readonly #nodes = new Map<string, Lane>();
  /** Hosts by the probe that they began. */
  readonly #owners = new Map<string, string>();
  /** Those that have paused or resumed a lane; each gives one command. */
  readonly #operators = new Set<Host>();
  /** Time from which nothing may be received from a lane's queues. */
  readonly #offSince = new Map<string, number>();
  readonly #lateEnablings: LateEnablings;
  readonly #seen: Pick<Seen, 'scheduler' | 'sources' | 'drawn'>;

  constructor(seen: Pick<Seen, 'scheduler' | 'sources' | 'drawn'>) {
    this.#seen = seen;
    this.#lateEnablings = new LateEnablings(() => seen.scheduler.now, unreviewedMs(seen.drawn));
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'received' && by === undefined) this.#received(effect);
    this.#lateEnablings.see(effect, by, this.#laneOf);
    if (effect.kind !== 'written' || !effect.table.endsWith('-supervision')) return;
    if (effect.after === undefined || by === undefined) return;
    this.#saved(effect.before as Lane | undefined, effect.after as unknown as Lane, by);
  }

  unfinished(): string | undefined {
    for (const { name, holds, ramp, outbox } of this.#nodes.values()) {
      const holder = holdersOf(holds)[0];
      if (holder !== undefined) return `lane ${name} is held by ${holder}`;
      if (ramp !== undefined) return `lane ${name} runs at step ${ramp.step}`;
      if (outbox[0] !== undefined) return `${outbox[0].kind} of ${name} is not done`;
    }
    for (const { plan, state } of this.#seen.sources) {
      if (state !== 'Enabled') return `the mapping of ${plan.queue.plan.name} is ${state}`;
    }
    return undefined;
  }

  #saved(before: Lane | undefined, after: Lane, by: Host): void {
    const { name, version, confirmed } = after;
    if (version !== (before?.version ?? 0) + 1) {
      throw new RuleBroken('R31', `${name} was saved as ${version} over ${before?.version}`);
    }
    if (before !== undefined) {
      this.#decided(before, after, by);
      this.#operated(before, after, by);
      if (probed(before, after, by)) this.#mustBeOff('R33', name, 'probed');
      climbed(before, after);
    }
    if (after.probe !== undefined && after.probe.id !== before?.probe?.id) {
      this.#owners.set(after.probe.id, by.name);
    }
    const isHeld = holdersOf(after.holds).length > 0;
    if (!isHeld || !confirmed) this.#offSince.delete(name);
    else if (!this.#offSince.has(name)) {
      this.#mustBeOff('R31', name, 'said to be paused');
      this.#offSince.set(name, this.#seen.scheduler.now);
    }
    this.#nodes.set(name, after);
  }

  /** Only the process that made a probe decides what came of it, and releases the lane, unless an operator does. */
  #decided(before: Lane, after: Lane, by: Host): void {
    const [held, holds] = [before, after].map((lane) => lane.holds['supervisor'] !== undefined);
    // A lane that is paused again while it comes back has a setback too.
    const hasFailed = after.setbacks > before.setbacks && !(holds && !held);
    const hasSucceeded = held && !holds;
    const isSaid: boolean = isOperator(by);
    if (isSaid || (!hasFailed && !hasSucceeded)) return;
    const owner = this.#owners.get(before.probe?.id ?? '');
    if (owner === by.name) return;
    if (owner !== undefined) {
      const what = `${by.name} decided what came of a probe of ${after.name}`;
      throw new RuleBroken('R33', `${what}, which ${owner} makes`);
    }
    const what = hasSucceeded ? 'came back' : 'had a setback';
    throw new RuleBroken('R33', `${after.name} ${what} without a probe`);
  }

  /** A command pauses or resumes its lane once, and not again what others have changed since. */
  #operated(before: Lane, after: Lane, by: Host): void {
    const [was, is] = [before, after].map((lane) => lane.holds['operator'] !== undefined);
    if (was === is || !isOperator(by)) return;
    if (this.#operators.has(by)) {
      throw new RuleBroken('R31', `${by.name} ${is ? 'paused' : 'resumed'} ${after.name} twice`);
    }
    this.#operators.add(by);
  }

  /** Of a mapping. */
  readonly #laneOf = (uuid: string): string | undefined => {
    const source = this.#seen.sources.find(({ plan }) => plan.uuid === uuid);
    return source && laneOf(source.plan.queue.plan.name);
  };

  #mustBeOff(rule: string, name: string, what: string): void {
    // It may have been enabled after it was read.
    if (this.#lateEnablings.mayHaveEnabled(name)) return;
    for (const { plan, state, polls } of this.#seen.sources) {
      const { name: queue } = plan.queue.plan;
      // An update of what is off leaves it off.
      const isOff = state === 'Disabled' || (state === 'Updating' && !polls);
      if (laneOf(queue) !== name || isOff) continue;
      throw new RuleBroken(rule, `${name} is ${what}, and ${queue} is ${state}`);
    }
  }

  #received({ queue }: EffectOf<'received'>): void {
    const lane = this.#offSince.size === 0 ? undefined : laneOf(queue.name);
    if (lane === undefined) return;
    const since = this.#offSince.get(lane);
    if (since === undefined || this.#seen.scheduler.now - since <= LAST_RECEIVE_MS) return;
    if (this.#lateEnablings.mayHaveEnabled(lane)) return;
    throw new RuleBroken('R31', `${queue.name} was read although ${lane} is paused`);
  }
}

/** What a review needs; while one of it is down, nobody corrects what a deployment or a late request has enabled. */
const OF_REVIEWS = [MINUTE, 'sqs', 'dynamodb', 'lambda', 'kms'];
const ITS_OWN = /-(?:supervisor|supervision)$/;

function unreviewedMs({ outages }: Pick<Faults, 'outages'>): number {
  return outages
    .filter(({ of }) => OF_REVIEWS.includes(of) || ITS_OWN.test(of))
    .reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
}

/** The lane that a queue feeds. A dead-letter queue feeds none. */
const laneOf = (queue: string) =>
  /-(critical|background|delivery)(?:-isolation)?$/.exec(queue)?.[1];

const holdersOf = (holds: Lane['holds']) =>
  Object.keys(holds).filter((holder) => holds[holder] !== undefined);

/** Whether a probe begins. */
function probed(before: Lane, after: Lane, by: Host): boolean {
  const { probe } = before;
  if (after.probe === undefined || after.probe.id === probe?.id) return false;
  if (probe !== undefined && by.now() < probe.until) {
    throw new RuleBroken('R33', `${by.name} began a second probe of ${after.name}`);
  }
  if (holdersOf(after.holds).length === 0 || after.holds['operator'] !== undefined) {
    throw new RuleBroken('R33', `${after.name} is probed although it is not to come back`);
  }
  return true;
}

function climbed(before: Lane, after: Lane): void {
  const { ramp } = after;
  if (ramp === undefined || ramp.step === before.ramp?.step) return;
  if (before.ramp === undefined) {
    if (ramp.step === 2) return;
    throw new RuleBroken(
      'R33',
      `${after.name} came back with ${ramp.step} environments, and not 2`,
    );
  }
  const isEarly = ramp.at - before.ramp.at < STEP_MS;
  if (ramp.step === 2 * before.ramp.step && !isEarly) return;
  throw new RuleBroken(
    'R33',
    `${after.name} went from ${before.ramp.step} to ${ramp.step} environments`,
  );
}
