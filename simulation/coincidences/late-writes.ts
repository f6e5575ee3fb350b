/**
 * Which writes come late by a coincidence: those under a condition, on which a fence for late writes stands. Some of
 * their senders die before they try again, so nobody else of their kind has written when they arrive. Others, whose
 * write ends a message or an attempt, are cut off and give up, and the message may come again before it arrives.
 */
import { type Host, isOperator } from '../host.ts';
import { isEnabling } from '../lambda/lambda-api.ts';
import type { Fate } from '../road.ts';
import type { CoincidenceRates } from './rates.ts';

/** There are many such writes on a message's way. */
const SHARE = 0.2;
/** It writes seldom: when an environment has died that ran a message alone. */
const SHARE_OF_MONITOR = 0.6;
const DIES = 0.2;
/** The last of the SDK's tries gets through. */
const ENABLING_TRIES = 3;
/** Each message has such a write, and the whole batch waits for that of one. */
const SHARE_OF_VERDICTS = 0.05;
/** Its message comes again when the attempt counts as over, and the write may arrive just then. */
const SHARE_OF_CRASHES = 0.4;
/** So that the SDK's other tries are lost, and their sender, which stands still too, runs out of time. */
const CUT_OFF_MS = 6_000;
/** Seldom, and always a fault of ours. */
const SHARE_OF_TAKEN_BACK = 0.5;
const FENCED = /-(?:quarantine|incidents|resources)$/;

/** What must befall a try of a command; undefined if chance decides. */
export function fateOf(
  command: object,
  host: Host,
  { lateMark, lateWrite, lateVerdict, slowEnabling }: CoincidenceRates,
  { number = 1, stallMs = 0 }: { readonly number?: number; readonly stallMs?: number } = {},
): Fate | undefined {
  const isSaid: boolean = isOperator(host);
  if (slowEnabling > 0 && isEnabling(command) && !isSaid) {
    if (number === 1) host.standStill(stallMs);
    return number < ENABLING_TRIES && host.draws.chance(slowEnabling) ? 'lostRequest' : undefined;
  }
  if (number > 1) return undefined;
  if (isMark(command)) return host.draws.chance(lateMark) ? 'late' : undefined;
  if (isVerdict(command) && (host.takeLate() || isDrawn(host, lateVerdict))) {
    host.standStill(stallMs);
    cutOff(host);
    return 'late';
  }
  if (
    lateWrite > 0 &&
    isCrashOnRecord(command) &&
    host.draws.chance(lateWrite * SHARE_OF_CRASHES)
  ) {
    cutOff(host);
    return 'late';
  }
  if (isTakenBack(command)) {
    if (!host.draws.chance(lateWrite * SHARE_OF_TAKEN_BACK)) return undefined;
    host.dieSoon();
    return 'late';
  }
  if (lateWrite === 0 || !isFenced(command)) return undefined;
  const share = host.name.includes('-monitor#') ? SHARE_OF_MONITOR : SHARE;
  if (!host.draws.chance(lateWrite * share)) return undefined;
  if (host.draws.chance(DIES)) host.dieSoon();
  return 'late';
}

const isDrawn = ({ draws }: Host, lateVerdict: number) =>
  lateVerdict > 0 && draws.chance(lateVerdict * SHARE_OF_VERDICTS);

function cutOff(host: Host): void {
  const { now } = host.scheduler;
  host.trouble({ cutOff: [[now, now + CUT_OFF_MS]], slowUntil: 0, deafUntil: 0 });
}

interface Write {
  readonly TableName?: string;
  readonly Key?: { readonly pk: string };
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
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

/** Whether it stores a resource or quarantines a message, and so ends it. */
export function isVerdict(command: object): boolean {
  if (nameOf(command) !== 'UpdateCommand') return false;
  const { ExpressionAttributeNames: names = {} } = inputOf(command);
  return '#storedAt' in names || '#quarantinedAt' in names;
}

/** Whether it says that an attempt ended by a crash (aws/quarantine-attempts.ts). */
function isCrashOnRecord(command: object): boolean {
  if (nameOf(command) !== 'UpdateCommand') return false;
  const { ExpressionAttributeValues: values = {} } = inputOf(command);
  return ':crash' in values && ':ended' in values;
}

/** Whether it removes an attempt that met a fault of ours (aws/quarantine-attempts.ts). */
export function isTakenBack(command: object): boolean {
  return inputOf(command).UpdateExpression?.startsWith('REMOVE attempts[') ?? false;
}

/** The message that it is about. */
export const messageOf = (command: object): string => inputOf(command).Key?.pk ?? '';

function isFenced(command: object): boolean {
  if (!/^(?:Put|Update)Command$/.test(nameOf(command))) return false;
  const { TableName = '', ConditionExpression } = inputOf(command);
  return ConditionExpression !== undefined && FENCED.test(TableName);
}
