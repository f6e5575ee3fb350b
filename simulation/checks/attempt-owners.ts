/**
 * Who changes an attempt on record, and when. Only the environment that makes it says how it ended (R02), and takes it back: in
 * the entry, or in the message that it sends anew (R09). An observer says of it only that its environment died.
 * Nobody else forgets what it came to. A late write, decided on an attempt that was there before, would do so to
 * another one. While one runs, or its outcome may still be written, no other one of its message begins (R04), and what
 * ran alone is stored only when it is on record that its attempt was survived.
 */
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { RuleBroken } from '../checker.ts';
import type { Host } from '../host.ts';
import type { Message } from '../sqs/message.ts';

export interface Attempt {
  readonly requestId: string;
  readonly crash?: string;
  /** Absent if the environment died. */
  readonly ended?: number;
}

export class AttemptOwners {
  /** By request. */
  readonly #hosts = new Map<string, Host>();
  /** Requests whose attempts a message takes back. */
  readonly #voided = new Set<string>();
  /** By the name of its host: the request that runs. */
  readonly #running = new Map<string, string>();

  invoked(requestId: string, by: Host): void {
    this.#hosts.set(requestId, by);
    this.#running.set(by.name, requestId);
  }

  /** Its invocation has ended, or it has died. */
  over(by: Host): void {
    this.#running.delete(by.name);
  }

  /** A message in an isolation queue. */
  arrived({ attributes }: Message): void {
    const envelope = attributes[ENVELOPE_ATTRIBUTE]?.StringValue;
    for (const requestId of voidedIn(envelope)) this.#voided.add(requestId);
  }

  isVoided({ requestId }: Attempt): boolean {
    return this.#voided.has(requestId);
  }

  /** Its resource has just been stored by that host. @throws RuleBroken */
  stored(attempts: readonly Attempt[], by: Host, of: string): void {
    const attempt = attempts.find(({ requestId }) => requestId === this.#running.get(by.name));
    if (attempt === undefined || attempt.ended !== undefined) return;
    throw new RuleBroken('R04', `${by.name} stored ${of}, and its attempt has no end on record`);
  }

  /** An entry was written in the same round. @throws RuleBroken */
  changed(before: readonly Attempt[], after: readonly Attempt[], by: Host, of: string): void {
    const begun = after.find((is) => before.every((was) => was.requestId !== is.requestId));
    const other = begun && before.find((was) => this.#goesOn(was));
    if (other !== undefined) {
      const owner = this.#hosts.get(other.requestId)?.name;
      throw new RuleBroken('R04', `${by.name} runs ${of} alone while ${owner} does`);
    }
    for (const was of before) {
      const is = after.find(({ requestId }) => requestId === was.requestId);
      const owner = this.#hosts.get(was.requestId);
      if (owner === undefined || owner === by) continue;
      if (is !== undefined) mustBeObserved(was, is, { owner, by, of });
      else if (!this.isVoided(was)) {
        const what = `${by.name} removed an attempt of ${of}, which ${owner.name} makes`;
        throw new RuleBroken('R09', what);
      }
    }
  }

  /** Whether it runs, or what it came to is being written. A crash on record ends it. */
  #goesOn(attempt: Attempt): boolean {
    const { requestId, crash } = attempt;
    const owner = this.#hosts.get(requestId);
    const isRunning = owner !== undefined && this.#running.get(owner.name) === requestId;
    return isRunning && crash === undefined && !this.isVoided(attempt);
  }
}

/** @throws RuleBroken if another environment than its own says more than that this one died */
function mustBeObserved(
  was: Attempt,
  is: Attempt,
  { owner, by, of }: { readonly owner: Host; readonly by: Host; readonly of: string },
): void {
  if (was.ended === undefined && is.ended !== undefined) {
    throw new RuleBroken('R02', `${by.name} ended an attempt of ${of}, which ${owner.name} makes`);
  }
  const isForgotten =
    (was.ended !== undefined && is.ended === undefined) ||
    (was.crash !== undefined && is.crash === undefined);
  if (isForgotten) {
    const what = `${by.name} forgot what an attempt of ${of} came to`;
    throw new RuleBroken('R02', `${what}, which ${owner.name} made`);
  }
  if (is.crash === was.crash) return;
  const what = `${by.name} records the death of ${owner.name} in an attempt of ${of}`;
  if (was.ended !== undefined) throw new RuleBroken('R02', `${what} that has ended`);
  if (!owner.isDead) throw new RuleBroken('R02', `${what}, and it is alive`);
}

/** The requests whose attempts an envelope takes back. */
export function voidedIn(envelope: string | undefined): readonly string[] {
  if (envelope === undefined || !envelope.includes('"voided"')) return [];
  return (JSON.parse(envelope) as { voided?: readonly string[] }).voided ?? [];
}
