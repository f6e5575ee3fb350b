/**
 * The box of faults: breaks a pipeline of `npm start`, and repairs it. It never acts on a deployed
 * stage: each act first checks that the runtime is there.
 */

import type { Lane } from '../../core/message/messages.ts';
import {
  ENVIRONMENTS_PATH,
  FUNCTIONS_PATH,
  type LiveEnvironment,
  type LocalFunction,
} from '../../packages/local-lambda/control.ts';
import { closest } from '../../terminal/closest.ts';
import type { Entry } from '../input/entry.ts';
import { submit } from '../submit/submit.ts';
import { openTarget, TargetError } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { askRuntime, shortOf } from './ask.ts';
import type { SampleKind } from './sample-kinds.ts';
import { sampleOf } from './samples.ts';

export const liveEnvironments = () => askRuntime<LiveEnvironment>('GET', ENVIRONMENTS_PATH);
export const localFunctions = () => askRuntime<LocalFunction>('GET', FUNCTIONS_PATH);

/** Kills the environments of a function, named with or without the stage's prefix. */
export async function killEnvironments(name: string): Promise<LiveEnvironment[]> {
  const whole = await localFunction(name);
  const running = (await liveEnvironments()).map(({ functionName }) => functionName);
  if (!running.includes(whole)) {
    const others = listed(running) || 'nothing';
    throw new TargetError(`no environment of ${name} is running; running are: ${others}`);
  }
  return askRuntime<LiveEnvironment>('DELETE', `${ENVIRONMENTS_PATH}/${whole}`);
}

/** The function fails to load from now on, as after a bad deployment, or loads again. */
export async function breakDeployment(name: string, broken: boolean): Promise<LocalFunction> {
  const whole = await localFunction(name);
  const path = `${FUNCTIONS_PATH}/${whole}`;
  const [changed] = await askRuntime<LocalFunction>(broken ? 'PUT' : 'DELETE', path);
  return changed ?? { functionName: whole, broken };
}

/** Its whole name. @throws UsageError if there is no such function */
async function localFunction(name: string): Promise<string> {
  const known = (await localFunctions()).map(({ functionName }) => functionName);
  const whole = known.find((each) => each === name || shortOf(each) === name);
  if (whole !== undefined) return whole;
  const meant = closest(name, known.map(shortOf));
  const hint = meant === undefined ? `there are ${listed(known)}` : `did you mean ${meant}?`;
  throw new UsageError(`no function ${name}: ${hint}`);
}

const listed = (names: readonly string[]) => [...new Set(names.map(shortOf))].join(', ');

/** Sends one sample. @returns its message id */
export async function sendSample(stage: string, lane: Lane, kind: SampleKind): Promise<string> {
  const ids: string[] = [];
  await sendAll(stage, lane, [entryOf(kind)], { onAccepted: (id) => ids.push(id) });
  const [id] = ids;
  if (id === undefined) throw new TargetError('the queue did not take it');
  return id;
}

export interface Flooding {
  readonly signal?: AbortSignal;
  readonly onAccepted: (messageId: string) => void;
}

/** Sends this many good patients at once, all different. */
export async function flood(
  stage: string,
  lane: Lane,
  count: number,
  flooding: Flooding,
): Promise<void> {
  const entries = Iterator.from(samples()).take(count);
  await sendAll(stage, lane, entries, flooding);
}

function* samples(): Generator<Entry> {
  for (;;) yield entryOf('good');
}

function entryOf(kind: SampleKind): Entry {
  const text = sampleOf(kind, `sample-${crypto.randomUUID()}`.slice(0, 40));
  return { kind: 'resource', text, file: `sample-${kind}`, line: 1 };
}

async function sendAll(
  stage: string,
  lane: Lane,
  entries: Iterable<Entry>,
  { signal, onAccepted }: Flooding,
): Promise<void> {
  // A deployed stage gets no samples.
  await liveEnvironments();
  const target = await openTarget(stage, lane);
  await submit(target, entries, {
    ...(signal !== undefined && { signal }),
    onAccepted: (_, messageId) => onAccepted(messageId),
    onUnsent: (_, reason) => {
      throw new TargetError(`not sent: ${reason}`);
    },
  });
}
