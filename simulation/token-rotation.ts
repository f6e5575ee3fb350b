/**
 * The tokens of the FHIR servers are rotated: each server and its secret get a new one, minutes apart at most. In between the server
 * accepts none that our code can have.
 */
import { TOKEN_SECRETS } from './outside.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

const APART_MS = 120_000;

/** By name: what the server accepts now. `afterMs` is 0 if they are never rotated. */
export function rotateTokens(
  secrets: Map<string, string>,
  afterMs: number,
  { scheduler, random }: { readonly scheduler: Scheduler; readonly random: Random },
): (name: keyof typeof TOKEN_SECRETS) => string {
  const accepted = new Map<string, string>();
  const acceptedBy = (name: keyof typeof TOKEN_SECRETS) =>
    accepted.get(name) ?? secrets.get(TOKEN_SECRETS[name]) ?? '';
  if (afterMs === 0) return acceptedBy;
  for (const name of Object.keys(TOKEN_SECRETS) as (keyof typeof TOKEN_SECRETS)[]) {
    accepted.set(name, acceptedBy(name));
    const next = random.uuid();
    const apartMs = random.below(APART_MS);
    const isSecretFirst = random.chance(0.5);
    const store = () => secrets.set(TOKEN_SECRETS[name], next);
    const accept = () => accepted.set(name, next);
    scheduler.after(afterMs, isSecretFirst ? store : accept);
    scheduler.after(afterMs + apartMs, isSecretFirst ? accept : store);
  }
  return acceptedBy;
}
