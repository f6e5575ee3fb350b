/**
 * Which writes come late by a coincidence: those under a condition, on which a fence for late writes stands. Some of
 * their senders die before they try again, so nobody else of their kind has written when they arrive.
 */
import type { Host } from '../host.ts';
import type { Fate } from '../road.ts';
import type { CoincidenceRates } from './rates.ts';

/** There are many such writes on a message's way. */
const SHARE = 0.2;
const DIES = 0.2;
const FENCED = /-(?:quarantine|incidents|resources)$/;

/** What must befall the first try of a command; undefined if chance decides. */
export function fateOf(
  command: object,
  host: Host,
  { lateMark, lateWrite }: CoincidenceRates,
): Fate | undefined {
  if (isMark(command)) return host.draws.chance(lateMark) ? 'late' : undefined;
  if (lateWrite === 0 || !isFenced(command)) return undefined;
  if (!host.draws.chance(lateWrite * SHARE)) return undefined;
  if (host.draws.chance(DIES)) host.dieSoon();
  return 'late';
}

interface Write {
  readonly TableName?: string;
  readonly ConditionExpression?: string;
  readonly Item?: { readonly messageIds?: readonly string[] };
}

const nameOf = (command: object) => command.constructor.name;
const inputOf = (command: object) => (command as { readonly input?: Write }).input ?? {};

/** Whether it writes the mark of a batch of `validate` (aws/in-flight-table.ts). */
function isMark(command: object): boolean {
  if (nameOf(command) !== 'PutCommand') return false;
  const { TableName = '', Item } = inputOf(command);
  return TableName.endsWith('-inflight') && (Item?.messageIds?.length ?? 0) > 0;
}

function isFenced(command: object): boolean {
  if (!/^(?:Put|Update)Command$/.test(nameOf(command))) return false;
  const { TableName = '', ConditionExpression } = inputOf(command);
  return ConditionExpression !== undefined && FENCED.test(TableName);
}
