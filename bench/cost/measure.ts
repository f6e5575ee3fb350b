/**
 * What one resource of each kind uses, here and in a plain SQS, Lambda and DynamoDB pipeline: both run on
 * the same runtime, one after the other, and every call of either is metered.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { documentsOf } from '../../aws/clients.ts';
import { findQueues, holdsPending, queueDepths } from '../../demo/queues.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import type { LogLine } from '../../packages/local-lambda/lambda/platform-log.ts';
import type { Relay } from '../../packages/local-lambda/relay.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';
import { writeAssembly } from '../blast-radius/assembly.ts';
import { CONSUMERS, type Consumer, sendTo } from '../blast-radius/consumers.ts';
import { billedAs } from './calls.ts';
import { ASSUMED } from './insight.ts';
import { startMeter } from './meter.ts';
import type { TemplateResources } from './standing-cost.ts';
import { type Kind, texts } from './texts.ts';
import { promiseOf, Usage } from './usage.ts';

/** Few at a time: environments that wait for a core would be billed for waiting. */
const ENVIRONMENTS_MAX = 2;
const VISIBILITY_SECONDS = 70;
const POLL_MS = 500;
const EMPTY_POLLS = 4;
const DEADLINE_MS = 10 * 60_000;
/** CloudWatch's own per event. */
const LOG_EVENT_BYTES = 26;
const WARM_UP = 60;
/** Each function with regular work is woken in it. */
const IDLE_MS = 65_000;
/** Of both validating functions as deployed by default; the bench's assembly gives them less. */
const VALIDATE_GB = 1;

/** How often a metric was emitted, for one resource of a kind. */
export type SeenMetric = Readonly<Record<Kind, number>>;

export interface Measured {
  /** Used by one resource of a kind. */
  readonly ours: Readonly<Record<Kind, Usage>>;
  readonly plain: Readonly<Record<'valid' | 'invalid', Usage>>;
  /** Custom metrics: how many were seen while nothing was submitted, and how often each was seen for a resource. */
  readonly metrics: { readonly idle: number; readonly seen: readonly SeenMetric[] };
}

export interface Sample {
  readonly bytes: number;
  /** Resources of each kind. */
  readonly counts: Readonly<Record<Kind, number>>;
  readonly directory: string;
  /** Where the stack was built. */
  readonly built: string;
}

export async function measure(
  { bytes, counts, directory, built }: Sample,
  log: (line: string) => void,
): Promise<Measured> {
  await writeAssembly({ directory, built, visibilitySeconds: VISIBILITY_SECONDS });
  let usage = new Usage();
  let kind: Kind = 'valid';
  const seen = new Map<string, Record<Kind, number>>();
  const idle = new Set<string>();
  let isIdle = true;
  const meters: Relay[] = [];
  const through = async (endpoint: string) => {
    const meter = await startMeter(endpoint, (call) => {
      const billed = billedAs(call);
      const promise = promiseOf(call.resource);
      if (billed === undefined || promise === ASSUMED) return;
      usage.add(promise, billed.item, billed.amount);
    });
    meters.push(meter);
    return meter.endpoint;
  };
  const runtime = await startRuntime({
    assembly: directory,
    environmentsMax: ENVIRONMENTS_MAX,
    onLogLine(line) {
      for (const metric of countLine(line, kind, usage)) {
        if (isIdle) idle.add(metric);
        const times = seen.get(metric) ?? { valid: 0, invalid: 0, crashing: 0 };
        seen.set(metric, { ...times, [kind]: times[kind] + 1 / counts[kind] });
      }
    },
    through: async ({ sqs, dynamodb }) => ({
      sqs: await through(sqs),
      dynamodb: await through(dynamodb),
    }),
  });
  const clients = createClients(runtime.endpoints);
  try {
    const queues = await findQueues(clients.sqs, runtime.stackName);
    const stores = { sqs: clients.sqs, dynamodb: documentsOf(clients.dynamodb) };
    const depths = async () => [
      ...(await queueDepths(clients.sqs, queues)),
      runtime.inFlight(holdsPending),
    ];
    const run = async (consumer: Consumer, of: Kind, count: number, seed: number) => {
      usage = new Usage();
      kind = of;
      const messages = texts(of, count, bytes, seed).map((text) => ({ text, killer: false }));
      const sent = await sendTo(stores, consumer, messages);
      if (sent.size !== count) throw new Error(`${consumer.name} took ${sent.size} of ${count}`);
      await drained(depths);
      log(`${consumer.name}: ${count} ${of}`);
      const each = new Usage();
      each.addTimes(usage, 1 / count);
      return each;
    };
    await wait(IDLE_MS);
    isIdle = false;
    const [plain, ours] = [named('plain'), named('fhir-failsafe')];
    for (const consumer of [plain, ours]) await run(consumer, 'valid', WARM_UP, 1);
    const { valid, invalid, crashing } = counts;
    return {
      plain: {
        valid: await run(plain, 'valid', valid, 2),
        invalid: await run(plain, 'invalid', invalid, 3),
      },
      ours: {
        valid: await run(ours, 'valid', valid, 2),
        invalid: await run(ours, 'invalid', invalid, 3),
        crashing: await run(ours, 'crashing', crashing, 4),
      },
      metrics: { idle: idle.size, seen: [...seen.values()] },
    };
  } finally {
    destroyClients(clients);
    await runtime.stop();
    for (const meter of meters) await meter.stop();
  }
}

/** The resources of the stack as it was built, without those of the bench. */
export async function builtResources(file: string): Promise<TemplateResources> {
  const template = JSON.parse(await readFile(file, 'utf8')) as { Resources: TemplateResources };
  return template.Resources;
}

export const builtTemplate = (root: string) =>
  join(root, 'build', 'local', 'fhir-failsafe-dev.template.json');

function named(name: string): Consumer {
  const found = CONSUMERS.find((consumer) => consumer.name === name);
  if (found === undefined) throw new Error(`no consumer ${name}`);
  return found;
}

async function drained(depths: () => Promise<number[]>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let empty = 0; empty < EMPTY_POLLS; ) {
    if (performance.now() > deadline) throw new Error('the queues do not run empty');
    await wait(POLL_MS);
    empty = (await depths()).every((depth) => depth === 0) ? empty + 1 : 0;
  }
}

interface Logged {
  readonly type?: string;
  readonly record?: {
    readonly metrics?: {
      readonly durationMs: number;
      readonly initDurationMs?: number;
      readonly memorySizeMB: number;
    };
  };
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** A line is billed as log; a report as an invocation. Returns its metrics, known by name and dimensions. */
function countLine({ functionName, line }: LogLine, kind: Kind, usage: Usage): string[] {
  const isValidating = /-(plain|validate-[a-z]+)$/.test(functionName);
  const promise = isValidating && kind === 'crashing' ? 'isolation' : promiseOf(functionName);
  const used = promise === ASSUMED ? new Usage() : usage;
  used.add(promise, 'logGb', (Buffer.byteLength(line) + LOG_EVENT_BYTES) / 1e9);
  const { type, record, _aws, ...values } = parsed(line);
  if (type === 'platform.report' && record?.metrics !== undefined) {
    const { durationMs, initDurationMs = 0, memorySizeMB } = record.metrics;
    const gb = isValidating ? VALIDATE_GB : memorySizeMB / 1024;
    used.add(promise, 'lambdaRequests', 1);
    used.add(promise, 'lambdaGbSeconds', (gb * Math.ceil(durationMs + initDurationMs)) / 1_000);
  }
  return (_aws?.CloudWatchMetrics ?? []).flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((dimensions) => {
      const where = dimensions.map(
        (name) => `${name}=${(values as Record<string, unknown>)[name]}`,
      );
      return Metrics.map(({ Name }) => [Name, ...where].join());
    }),
  );
}

function parsed(line: string): Logged {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
