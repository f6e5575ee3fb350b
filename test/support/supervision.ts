/** A world with lanes to supervise, and cold environments of `supervisor`. */
import { vi } from 'vitest';
import { makeLambda, makeWaitingLambda } from '../../aws/lambda-clients.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import { type Supervised, untouched } from '../../core/supervision/supervised-state.ts';
import { SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { build } from '../../functions/supervisor/build.ts';
import { readEnv } from '../../functions/supervisor/env.ts';
import type { SupervisedLanes } from '../../functions/supervisor/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { coldDeps } from './cold.ts';
import { contextWith, deliver, receive, remove, type SqsHandler, send } from './delivery.ts';
import type { Clients } from './functions.ts';
import type { LambdaService } from './lambda-service.ts';
import { type Queue, queue } from './provision.ts';
import { itemsOf } from './stores.ts';
import { buildWorld, type World } from './world.ts';

/** Longer than the slowest probe. */
const TIMEOUT_MS = 120_000;

export const LANE_NAMES = ['critical', 'background', 'delivery'] as const;
type LaneName = (typeof LANE_NAMES)[number];

export interface SupervisedWorld {
  readonly world: World;
  readonly queue: Queue;
  readonly lanes: Readonly<Record<LaneName, Queue>>;
  readonly audit: Queue;
  readonly table: string;
}

/** Two mappings for each lane: its own with 8 environments, its isolation queue's with 2. */
export async function buildSupervisedWorld(
  service: LambdaService,
  { settleMs = 0, names = LANE_NAMES }: { settleMs?: number; names?: readonly LaneName[] } = {},
): Promise<SupervisedWorld> {
  const world = await buildWorld();
  const prefix = `fhir-failsafe-${world.stage}`;
  const own = (name: string) => queue(`${prefix}-supervised-${name}`);
  const lanes = {
    critical: own('critical'),
    background: own('background'),
    delivery: world.queues.delivery,
  };
  const parts: SupervisedLanes = Object.fromEntries(
    names.map((name) => [
      name,
      {
        functionName: `${prefix}-${name}`,
        queueUrl: lanes[name].url,
        queueArn: lanes[name].arn,
        timeoutMs: 10_000,
        mappings: [
          { uuid: `${prefix}-${name}`, maxConcurrency: 8 },
          { uuid: `${prefix}-${name}-isolation`, maxConcurrency: 2 },
        ],
      },
    ]),
  );
  for (const { uuid, maxConcurrency } of Object.values(parts).flatMap((part) => part.mappings)) {
    service.addMapping(uuid, maxConcurrency, settleMs);
  }
  const supervised = {
    world,
    queue: own('supervisor'),
    lanes,
    audit: world.queues.audit,
    table: world.tables.supervision,
  };
  process.env[ENV.supervisedLanes] = JSON.stringify(parts);
  return supervised;
}

export interface SupervisorEnv {
  readonly handler: SqsHandler;
  readonly clients: readonly Clients[];
  /** The Lambda client, to inject faults into. */
  readonly others: readonly object[];
}

export async function loadSupervisor(tree = SUPERVISION_TREE): Promise<SupervisorEnv> {
  const deps = coldDeps('supervisor');
  const lambdas = { lambda: makeLambda(), waitingLambda: makeWaitingLambda() };
  const handler = build({ ...deps, ...lambdas, tree, env: readEnv(process.env) });
  return { handler, clients: [deps], others: Object.values(lambdas) };
}

export const deathOf = (id: string, at: number, fields: Partial<CrashEvent> = {}): CrashEvent => ({
  id,
  component: 'validate',
  lane: 'critical',
  kind: 'exception',
  during: 'loading',
  at,
  ...fields,
});

/** That many deaths, a millisecond apart, the last one now. */
export function deathsNow(count: number, fields: Partial<CrashEvent> = {}): CrashEvent[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, n) => deathOf(`${now}-${n}`, now - count + n, fields));
}

/** Sends messages and delivers them to the supervisor; returns the ids of those that failed. */
export const tell = (
  world: SupervisedWorld,
  supervisor: SupervisorEnv,
  ...news: readonly unknown[]
) => tellWithin(TIMEOUT_MS, world, supervisor, ...news);

/** To a supervisor that has this time left. */
export async function tellWithin(
  timeoutMs: number,
  { queue: own }: SupervisedWorld,
  { handler }: SupervisorEnv,
  ...news: readonly unknown[]
): Promise<readonly string[]> {
  for (const each of news) await send(own, JSON.stringify(each));
  const delivered = await deliver(handler, own, { context: contextWith(timeoutMs) });
  return delivered?.failed ?? [];
}

export const minute = (world: SupervisedWorld, supervisor: SupervisorEnv) =>
  tell(world, supervisor, { wake: 'minute' });

export async function stateOf(world: SupervisedWorld, name: string): Promise<Supervised> {
  const items = await itemsOf(world.table);
  const item = items.find(({ pk }) => pk === name) as Supervised | undefined;
  return item ?? untouched(name);
}

/**
 * For each lane, how many environments its own mapping may use, or that both are off, after changes under
 * way have taken effect.
 */
export async function mappingsOf(
  { world }: SupervisedWorld,
  service: LambdaService,
): Promise<Record<string, number | string>> {
  const of = (name: string) => service.mapping(`fhir-failsafe-${world.stage}-${name}`);
  const all = LANE_NAMES.flatMap((name) => [of(name), of(`${name}-isolation`)]);
  await vi.waitUntil(() => all.every((mapping) => !mapping?.changing), { timeout: 300_000 });
  return Object.fromEntries(
    LANE_NAMES.map((name) => {
      const [own, isolation] = [of(name), of(`${name}-isolation`)];
      if (own === undefined) return [name, 'absent'];
      if (own.state !== isolation?.state) return [name, 'half'];
      return [name, own.state === 'Enabled' ? own.concurrencyMax : 'off'];
    }),
  );
}

/** The facts sent so far; takes them off their queue. */
export async function factsOf({ audit }: SupervisedWorld): Promise<Record<string, unknown>[]> {
  const facts: Record<string, unknown>[] = [];
  for (;;) {
    const records = await receive(audit);
    if (records.length === 0) return facts;
    facts.push(...records.map(({ body }) => JSON.parse(body)));
    await remove(audit, records);
  }
}

export type LaneAnswer = 'done' | 'isolated' | 'failed' | 'died';

/** How the lane's function answers the supervisor's probes, by the id of the message; returns its events. */
export function answerProbes(
  { world }: SupervisedWorld,
  service: LambdaService,
  name: string,
  answer: (id: string) => LaneAnswer,
) {
  const events: { Records: { messageId: string; body: string }[]; failsafeProbe: unknown }[] = [];
  service.answer(`fhir-failsafe-${world.stage}-${name}`, async (given) => {
    const event = given as (typeof events)[number];
    events.push(event);
    const itemIdentifier = event.Records[0]?.messageId ?? '';
    const how = answer(itemIdentifier);
    if (how === 'died') throw new Error('it still cannot load');
    const batchItemFailures = how === 'failed' ? [{ itemIdentifier }] : [];
    return { batchItemFailures, ...(how === 'isolated' && { isolated: true }) };
  });
  return events;
}
