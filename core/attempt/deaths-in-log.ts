/**
 * Reads deaths from the platform's own records in a function's log.
 *
 * A dying process cannot report its death. Lambda does, from outside, in JSON records between the
 * function's own lines: `platform.initReport`, `platform.runtimeDone` and `platform.report`, with a status
 * and, for an error, its type. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 *
 * One death is recognised by its request id: `runtimeDone` and `report` describe the same death, and the
 * one that says more counts. Lambda retries an asynchronous invocation under the same request id, and each
 * environment that dies of it is a death of its own. So the death's id names the environment too, except for
 * `validate`: it is invoked by queues only, and reports crashes by the request id itself. A failed init has no
 * request id. The invocation that waited for it fails as well, so an `initReport` counts only if no failed
 * invocation of its log stream follows.
 *
 * A supervisor must know what died. A resource that kills its environment is retried alone and says nothing
 * about the component. An environment that dies while loading, or a handler that fails before its first
 * resource, is the component's own fault.
 */
import * as z from 'zod';
import type { CrashKind } from '../../packages/isolation/death.ts';
import type { CrashEvent, DeathDuring } from '../message/messages.ts';

/** One line of a log stream. */
export interface LogEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly text: string;
}

export interface Death {
  /** The same in every report of this death. */
  readonly id: string;
  /** Absent for an environment that died before its first invocation. */
  readonly requestId?: string | undefined;
  readonly kind: CrashKind;
  /** The platform's word for the cause, free of PHI. */
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
  readonly during: DeathDuring;
}

const FAILURES = ['error', 'failure', 'timeout'] as const;

const recordSchema = z.object({
  type: z.enum(['platform.initReport', 'platform.runtimeDone', 'platform.report']),
  record: z.object({
    requestId: z.string().min(1).optional(),
    status: z.enum(FAILURES),
    errorType: z.string().optional(),
  }),
});
type Failure = z.infer<typeof recordSchema>;

/**
 * What a log subscription must deliver, and nothing else:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const DEATHS_FILTER_PATTERN = `{ (${recordSchema.shape.type.options
  .map((type) => `$.type = "${type}"`)
  .join(' || ')}) && (${FAILURES.map((status) => `$.record.status = "${status}"`).join(' || ')}) }`;

/**
 * The deaths in consecutive lines of one log stream. Other lines are skipped.
 * @param runsResources whether the function validates, so that a resource may have killed it
 */
export function deathsOf(
  logStream: string,
  events: readonly LogEvent[],
  runsResources: boolean,
): Death[] {
  const invocations = new Map<string, Death>();
  let init: Death | undefined;
  for (const event of events) {
    const failure = parseFailure(event.text);
    if (failure === undefined) continue;
    const { requestId } = failure.record;
    if (failure.type === 'platform.initReport' || requestId === undefined) {
      init ??= deathInInit(logStream, event.at, failure);
      continue;
    }
    const known = invocations.get(requestId);
    const loading = init !== undefined || known?.during === 'loading';
    const id = runsResources ? requestId : `${requestId}@${logStream}`;
    const death = deathInInvocation({ id, requestId }, event.at, failure, loading, runsResources);
    const before = known ?? (init && { ...death, kind: init.kind, reason: init.reason });
    init = undefined;
    invocations.set(requestId, before === undefined ? death : moreSpecific(before, death));
  }
  return [...invocations.values(), ...(init === undefined ? [] : [init])];
}

/** A component's name, and its lane if it has one, from its function's name. */
export function componentOf(
  functionName: string,
  stage: string,
  lanes: readonly NonNullable<CrashEvent['lane']>[],
): Pick<CrashEvent, 'component' | 'lane'> | undefined {
  const prefix = `fhir-failsafe-${stage}-`;
  if (!functionName.startsWith(prefix) || functionName === prefix) return undefined;
  const name = functionName.slice(prefix.length);
  const lane = lanes.find((one) => name.endsWith(`-${one}`));
  return lane === undefined
    ? { component: name }
    : { component: name.slice(0, -lane.length - 1), lane };
}

function parseFailure(text: string): Failure | undefined {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function deathInInit(logStream: string, at: number, failure: Failure): Death {
  return { id: `init:${logStream}:${at}`, ...described(failure), at, during: 'loading' };
}

function deathInInvocation(
  ids: { readonly id: string; readonly requestId: string },
  at: number,
  failure: Failure,
  loading: boolean,
  runsResources: boolean,
): Death {
  const what = described(failure);
  // The runtime reports what the handler threw, and handlers run no resource in their own thread.
  const byResource = runsResources && what.kind !== 'exception';
  const during = loading ? 'loading' : byResource ? 'resource' : 'handling';
  return { ...ids, ...what, at, during };
}

const EXITED = 'Runtime.ExitError';
const KINDS: Readonly<Record<string, CrashKind>> = {
  'Runtime.OutOfMemory': 'out-of-memory',
  'Sandbox.Timedout': 'timeout',
  [EXITED]: 'exit',
};

function described({ record }: Failure): Pick<Death, 'kind' | 'reason'> {
  const { status, errorType } = record;
  // A type is a class name. Anything else that was thrown may quote a value.
  const type = /^[\w.]{1,100}$/.test(errorType ?? '') ? errorType : undefined;
  if (status === 'timeout') return { kind: 'timeout', reason: type ?? 'Sandbox.Timedout' };
  if (type === undefined) return { kind: 'exit', reason: `status ${status}` };
  return { kind: KINDS[type] ?? 'exception', reason: type };
}

/** `Runtime.ExitError` says only that the process ended; any other type gives a reason. */
function moreSpecific(first: Death, second: Death): Death {
  return isVague(first.reason) ? { ...second, at: first.at, during: first.during } : first;
}

/** Whether a reason says only that a process ended. */
export function isVague(reason: string): boolean {
  return reason === EXITED || reason.startsWith('status ');
}
