/**
 * The breakers' items. Each save follows from the one before (R13). An open breaker is left at its
 * time and not before (R10). A probe is taken over only when its lease has ended (R12, R16), and
 * only its owner decides its result (R13). A failure counts in the generation in which its call
 * began. No two environments' probes are in flight at once (R12), and a probe begins early enough
 * to end before its lease, by whichever clock of the run is the fastest (R16). A call that an environment makes by its in-memory breaker, while
 * the store fails it, is not a probe (R15). What an operator forced stays so until it expires or an
 * operator says otherwise (R17). A confirmation that transitions were published changes nothing else.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import { SERVERS } from '../outside.ts';
import type { HttpCall } from '../servers/http-call.ts';
import { type DrawnSettings, windowTripOf } from '../settings.ts';
import { type Counting, type Doings, isReport, reported } from './reported-calls.ts';

interface Breaker extends Counting {
  readonly phase: 'closed' | 'open' | 'half-open';
  readonly generation: number;
  readonly version: number;
  readonly failures?: number;
  readonly openUntil?: number;
  readonly probe?: { readonly owner: string; readonly leaseUntil: number };
  readonly forced?: { readonly until: number };
  readonly receipts: readonly string[];
  readonly recent: readonly { readonly generation: number; readonly by?: string }[];
  readonly publishedTo?: number;
}

/** Maximum duration of a call to each service that a breaker guards. */
const CALL_MS = {
  'fhir-server': 5_000,
  'fhir-server-clinic': 5_000,
  'terminology-server': 1_000,
} as const;

/** After a fault, an environment does not read the store again for this long. */
const ALONE_MS = 1_000;

export class BreakerChecker implements Checker {
  readonly kinds = ['requested', 'answered', 'died', 'called', 'failed', 'written'] as const;
  readonly #breakers = new Map<string, Breaker>();
  /** Hosts by the probe that they took. */
  readonly #owners = new Map<string, string>();
  /** By host and service. */
  readonly #doings = new Map<string, Doings>();
  /** Of calls under way, by their numbers: those of the generation in which they began. */
  readonly #calling = new Map<number, Doings>();
  /** Last time that the store failed a host which has not read it since, by host and service. */
  readonly #failedAt = new Map<string, number>();
  /** Probes in flight, by the number of their call. */
  readonly #probes = new Map<number, { readonly service: string; readonly host: string }>();
  /** How far a clock may be ahead. */
  readonly #skewMs: number;
  readonly #settings: DrawnSettings;

  constructor({ drawn }: Pick<Seen, 'drawn'>) {
    this.#skewMs = drawn.functions.skewMs;
    this.#settings = drawn.settings;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (by === undefined) return;
    if (effect.kind === 'requested') this.#requested(effect.call, by);
    if (effect.kind === 'answered') this.#answered(effect);
    if (effect.kind === 'died') this.#died(by);
    if (effect.kind === 'called' || effect.kind === 'failed') this.#asked(effect, by);
    if (effect.kind !== 'written' || !effect.table.endsWith('-breakers')) return;
    const before = effect.before as Breaker | undefined;
    const after = effect.after as Breaker | undefined;
    // An operator removed it, so it starts again.
    if (after === undefined) this.#breakers.delete(before?.pk ?? '');
    else this.#saved(before, after, by);
  }

  #requested({ url, number }: HttpCall, by: Host): void {
    const service = serviceAt(url);
    this.#calling.set(number, this.#doingsOf(service, by));
    const { probe } = this.#breakers.get(service) ?? {};
    if (probe === undefined || this.#owners.get(probe.owner) !== by.name) return;
    if (this.#failedAt.has(`${service} ${by.name}`)) return;
    for (const other of this.#probes.values()) {
      if (other.service !== service || other.host === by.name) continue;
      throw new RuleBroken('R12', `${by.name} probes ${service} while ${other.host} does`);
    }
    const fastest = Math.max(by.now(), by.scheduler.now + this.#skewMs);
    const left = probe.leaseUntil - fastest;
    if (left < CALL_MS[service]) {
      const what = `${by.name} began a probe of ${service} ${left} ms before its lease ends`;
      throw new RuleBroken('R16', `${what} by the fastest clock`);
    }
    this.#probes.set(number, { service, host: by.name });
  }

  #answered({ call: { number }, status = 0 }: EffectOf<'answered'>): void {
    this.#probes.delete(number);
    const doings = this.#calling.get(number);
    const hasSucceeded = status >= 200 && status < 300;
    if (doings !== undefined) doings.calls += 1;
    if (doings !== undefined && !hasSucceeded) doings.failedCalls += 1;
    this.#calling.delete(number);
  }

  #asked(effect: EffectOf<'called' | 'failed'>, by: Host): void {
    const service = breakerIn(effect.command);
    if (service === undefined) return;
    const key = `${service} ${by.name}`;
    if (effect.kind === 'called') {
      if (by.now() - (this.#failedAt.get(key) ?? 0) >= ALONE_MS) this.#failedAt.delete(key);
    } else if (!isConflict(effect.error) && !isLease(effect.command)) {
      this.#failedAt.set(key, by.now());
    }
  }

  #died({ name }: Host): void {
    for (const [number, { host }] of this.#probes) if (host === name) this.#probes.delete(number);
  }

  #saved(before: Breaker | undefined, after: Breaker, by: Host): void {
    if (before !== undefined && isConfirmation(before, after)) return;
    follows(before, after);
    const isNext = after.generation !== (before?.generation ?? 0);
    const isForced = isNext && after.recent.at(-1)?.by !== undefined;
    if (before !== undefined && !isForced) {
      if (isNext) held(before, by);
      if (before.phase === 'open') left(before, by);
      if (before.phase === 'half-open') this.#probed(before, after, by);
      if (before.phase === 'closed') this.#counted(before, after, by);
    }
    const { probe } = after;
    if (probe !== undefined && probe.owner !== before?.probe?.owner) {
      this.#owners.set(probe.owner, by.name);
    }
    this.#breakers.set(after.pk, after);
  }

  #probed(before: Breaker, after: Breaker, by: Host): void {
    const { probe } = before;
    const isTaken = after.probe !== undefined && after.probe.owner !== probe?.owner;
    if (isTaken) {
      if (probe === undefined || by.now() >= probe.leaseUntil) return;
      const left = probe.leaseUntil - by.now();
      throw new RuleBroken('R12', `${by.name} took the probe of ${after.pk} ${left} ms too early`);
    }
    const owner = this.#owners.get(probe?.owner ?? '');
    if (owner === by.name) return;
    const whose = owner === undefined ? 'nobody has' : `is ${owner}'s`;
    const what = `${by.name} decided what came of a probe of ${after.pk} that ${whose}`;
    throw new RuleBroken('R13', what);
  }

  /** A failure that counts must be of a call that this host began in this generation. */
  #counted(before: Breaker, after: Breaker, by: Host): void {
    const { pk } = after;
    const doings = this.#doingsOf(pk, by);
    const isOfServer = pk !== 'terminology-server';
    const trip = isOfServer ? windowTripOf(this.#settings, by.deployment) : undefined;
    if (isReport(before, after)) {
      reported(before, after, { by: by.name, trip, doings });
      return;
    }
    const isFailure = after.phase === 'open' || (after.failures ?? 0) > 0;
    if (!isFailure || after.failures === before.failures) return;
    if (trip !== undefined) throw new RuleBroken('R10', `${by.name} counts failures of ${pk}`);
    doings.failures += 1;
    if (doings.failures <= doings.failedCalls) return;
    const what = `${by.name} counted ${doings.failures} failures of ${pk}`;
    const calls = `${doings.failedCalls} of its calls in generation ${before.generation} failed`;
    throw new RuleBroken('R13', `${what}, and ${calls}`);
  }

  #doingsOf(service: string, { name }: Host): Doings {
    const generation = this.#breakers.get(service)?.generation ?? 0;
    const key = `${service} ${name}`;
    const known = this.#doings.get(key);
    if (known?.generation === generation) return known;
    const doings = { generation, calls: 0, failedCalls: 0, told: 0, failures: 0 };
    this.#doings.set(key, doings);
    return doings;
  }
}

function serviceAt(url: string): keyof typeof CALL_MS {
  if (url.startsWith(SERVERS.shared)) return 'fhir-server';
  return url.startsWith(SERVERS.clinic) ? 'fhir-server-clinic' : 'terminology-server';
}

/** The service whose breaker a command reads or writes. */
function breakerIn(command: object): string | undefined {
  const { input = {} } = command as {
    input?: { TableName?: string; Key?: { pk: string }; Item?: { pk: string } };
  };
  if (!input.TableName?.endsWith('-breakers')) return undefined;
  return (input.Key ?? input.Item)?.pk;
}

/** Whether a command saves the lease of a probe. If that fails it is read back, and the probe may be there. */
function isLease(command: object): boolean {
  const { input = {} } = command as { input?: { Item?: Partial<Breaker> } };
  return input.Item?.probe !== undefined;
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

function isConfirmation(before: Breaker, after: Breaker): boolean {
  const { publishedTo } = after;
  return publishedTo !== undefined && isDeepStrictEqual({ ...before, publishedTo }, after);
}

/** @throws RuleBroken if a save was not made on the state that it replaced */
function follows(before: Breaker | undefined, after: Breaker): void {
  const { version = 0, generation = 0, phase = 'closed', receipts = [] } = before ?? {};
  const lost = `${after.pk}: version ${after.version} of ${after.phase} in generation ${after.generation}`;
  const former = `version ${version} of ${phase} in generation ${generation}`;
  const isNext = after.generation === generation + 1;
  const isSame = after.generation === generation && after.phase === phase;
  if (after.version !== version + 1 || (!isNext && !isSame)) {
    throw new RuleBroken('R13', `${lost} was saved over ${former}`);
  }
  const token = after.receipts.at(-1) ?? '';
  // One call may take a second lease, if an operator has ended the phase of its first. That counts no result.
  if (receipts.includes(token) && after.probe?.owner !== token)
    throw new RuleBroken('R13', `${lost} counts a result twice`);
}

/** @throws RuleBroken where somebody else than an operator ends what one forced */
function held({ pk, phase, forced }: Breaker, by: Host): void {
  const leftMs = (forced?.until ?? 0) - by.now();
  if (leftMs <= 0) return;
  throw new RuleBroken('R17', `${by.name} left ${pk} ${phase}, forced for ${leftMs} ms more`);
}

function left({ pk, openUntil = 0 }: Breaker, by: Host): void {
  if (by.now() >= openUntil) return;
  throw new RuleBroken('R10', `${by.name} left ${pk} open ${openUntil - by.now()} ms too early`);
}
