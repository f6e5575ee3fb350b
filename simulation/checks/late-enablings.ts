/**
 * Changes that enable a lane's mapping, and may be carried out after the lane was paused. No rule can
 * exclude them: AWS changes a mapping without a condition, and nobody can take back a request. Whoever sent
 * it looks again and corrects it, unless it died, its calls failed, or it gave the request up before that
 * arrived. Then the supervisor's next reviews do, as after a deployment that enables them.
 */
import { PERSONS_CALL } from '../../aws/call-timeouts.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import { isEnabling } from '../lambda/lambda-api.ts';

/** Until its sender has looked again. A call of it that is not answered is seen only when it is given up. */
const LOOKS_AGAIN_MS = PERSONS_CALL.requestMs + 10_000;
/** The minute may be late, and be missed a few times. */
const REVIEWS_MS = 300_000;

interface Enabling {
  /** Undefined for a deployment. */
  readonly by: Host | undefined;
  readonly at: number;
  /** When its sender has looked again at the latest. */
  lookedAt: number;
  /** Its sender does not know that it must look again, or cannot. */
  isLeft: boolean;
}

export class LateEnablings {
  /** The last few of each lane. */
  readonly #enablings = new Map<string, Enabling[]>();
  readonly #now: () => number;

  /** How long there may be no review. */
  readonly #reviewsMs: number;

  /** `unreviewedMs`: how long no minute comes, and the supervisor does not load. */
  constructor(now: () => number, unreviewedMs = 0) {
    this.#now = now;
    this.#reviewsMs = REVIEWS_MS + unreviewedMs;
  }

  /** `laneOf`: the lane of a mapping. */
  see(effect: Effect, by: Host | undefined, laneOf: (uuid: string) => string | undefined): void {
    if (effect.kind === 'reset') {
      const lane = laneOf(effect.uuid);
      if (lane !== undefined) this.#add(lane, undefined);
    }
    if (by === undefined) return;
    if (effect.kind === 'called' && isEnabling(effect.command)) {
      const lane = laneOf(effect.command.input.UUID ?? '');
      if (lane !== undefined) this.#add(lane, by);
    }
    if (effect.kind === 'befell') {
      this.#delay(by, isEnabling(effect.command) && effect.fate === 'late');
    }
    if (effect.kind === 'died') this.#delay(by, true);
    if (effect.kind === 'failed') this.#delay(by, true, laneIn(effect.command, laneOf));
    if (effect.kind === 'frozen') this.#close(by);
  }

  /** Whether one may have enabled a mapping of the lane, without anybody having corrected it yet. */
  mayHaveEnabled(lane: string): boolean {
    const now = this.#now();
    const enablings = this.#enablings.get(lane) ?? [];
    return enablings.some(({ at, lookedAt, isLeft }) => {
      return now <= (isLeft ? at + this.#reviewsMs : lookedAt);
    });
  }

  #add(lane: string, by: Host | undefined): void {
    const at = this.#now();
    const recent =
      this.#enablings.get(lane)?.filter((each) => at - each.at <= this.#reviewsMs) ?? [];
    const enabling = { by, at, lookedAt: at + LOOKS_AGAIN_MS, isLeft: by === undefined };
    this.#enablings.set(lane, [...recent, enabling]);
  }

  /**
   * A call of that host goes wrong, or it dies. What it had looked at again by then is not affected, nor is another lane
   * if the call is about one.
   */
  #delay(host: Host, isLeft: boolean, about?: string): void {
    const now = this.#now();
    for (const [lane, enablings] of this.#enablings) {
      if (about !== undefined && lane !== about) continue;
      for (const enabling of enablings) {
        if (enabling.by !== host || now > enabling.lookedAt) continue;
        enabling.lookedAt = now + LOOKS_AGAIN_MS;
        enabling.isLeft ||= isLeft;
      }
    }
  }

  /** Its invocation has ended: it has looked again, or never will. */
  #close(host: Host): void {
    const now = this.#now();
    for (const enablings of this.#enablings.values()) {
      for (const enabling of enablings) {
        if (enabling.by === host) enabling.lookedAt = Math.min(enabling.lookedAt, now);
      }
    }
  }
}

interface Input {
  readonly UUID?: string;
  readonly TableName?: string;
  readonly Key?: { readonly pk?: unknown };
  readonly Item?: { readonly pk?: unknown };
}

/** The lane that a call is about, by its mapping or its state; undefined if it may be about any. */
function laneIn(command: object, laneOf: (uuid: string) => string | undefined): string | undefined {
  const { UUID, TableName = '', Key, Item } = (command as { input?: Input }).input ?? {};
  if (UUID !== undefined) return laneOf(UUID);
  const pk = (Key ?? Item)?.pk;
  return TableName.endsWith('-supervision') && pk !== undefined ? String(pk) : undefined;
}
