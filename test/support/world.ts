/**
 * One stage of the stack: its queues, topics, tables and buckets, and the environment variables of its
 * functions.
 */
import { readFileSync } from 'node:fs';
import type { Env } from '../../aws/env.ts';
import type { Lane } from '../../core/message/messages.ts';
import { arn } from '../../packages/local-lambda/template/account.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { HASH_KEY_ARN, inside } from './emulators.ts';
import { provision, queue, queueAt, subscribe } from './provision.ts';
import { ENDPOINT, STAGE, WORLD_PLAN, type WorldPlan } from './world-plan.ts';

export interface World {
  readonly stage: string;
  readonly lane: Lane;
  readonly queues: ReturnType<typeof queuesOf>;
  readonly tables: ReturnType<typeof tablesOf>;
  readonly bucket: string;
  readonly auditBucket: string;
  readonly reportsBucket: string;
  readonly analyticsBucket: string;
}

type Told = (name: keyof typeof ENV) => string;

const LANE = 'background';
const OURS = new Set<string>(Object.values(ENV));
/** Parts that a stage has only if configured: a test gives their addresses. */
const CONFIGURED = [ENV.deliveryQueueUrl, ENV.deliveryEndpoint, ENV.terminologyEndpoint];

let worlds = 0;
let planText: string | undefined;
let rows: WorldPlan['permissions'] | undefined;

/**
 * Builds one, with a stage of its own, and sets the environment variables of all functions. `settings` are
 * added to those of the template.
 */
export async function buildWorld(settings: Record<string, unknown> = {}): Promise<World> {
  worlds += 1;
  const stage = `test${process.pid}x${worlds}`;
  const plan = planFor(stage);
  await provision(plan);
  const variables: Env = { ...union(plan, settings), ...UNLIKE_THE_TEMPLATE };
  Object.assign(process.env, variables);
  for (const name of CONFIGURED) delete process.env[name];
  const told: Told = (name) => variables[ENV[name]] ?? '';
  return {
    stage,
    lane: LANE,
    queues: queuesOf(stage, told),
    tables: tablesOf(told),
    bucket: told('bodiesBucket'),
    auditBucket: told('auditBucket'),
    reportsBucket: told('reportsBucket'),
    analyticsBucket: told('analyticsBucket'),
  };
}

/** What each function may do. The same in every world. */
export function permissions(): WorldPlan['permissions'] {
  rows ??= planFor(STAGE).permissions;
  return rows;
}

function planFor(stage: string): WorldPlan {
  planText ??= readFileSync(process.env[WORLD_PLAN] ?? '', 'utf8');
  return JSON.parse(planText.replaceAll(STAGE, stage).replaceAll(ENDPOINT, inside().endpoint));
}

/** Environment variables of all functions, except those of the other lane. */
function union({ variables }: WorldPlan, settings: Record<string, unknown>) {
  const others = Object.entries(variables).filter(([name]) => name !== 'validate-critical');
  const all: Record<string, string> = Object.assign({}, ...others.map(([, told]) => told));
  const merged = others.map(([, told]) => JSON.parse(told[ENV.settings] ?? '{}'));
  const told = Object.assign({}, ...merged);
  const terminology = { ...told.terminology, ...Object(settings['terminology']) };
  return {
    // Only variables that our code reads, not those of Node and Powertools.
    ...Object.fromEntries(Object.entries(all).filter(([name]) => OURS.has(name))),
    [ENV.settings]: JSON.stringify({ ...told, ...settings, terminology }),
  };
}

const UNLIKE_THE_TEMPLATE = {
  // In one process all sign as the account; tests of publishers set who may publish what.
  [ENV.publishers]: JSON.stringify({ senderIds: 'fixed', known: [] }),
  [ENV.hashKeyArn]: HASH_KEY_ARN,
};

function queuesOf(stage: string, told: Told) {
  const named = (name: string) => queueAt(`fhir-failsafe-${stage}-${name}`);
  const at = (name: keyof typeof ENV) => queueAt(told(name).split('/').at(-1) ?? '');
  const reader = (name: string) => {
    const made = queue(`fhir-failsafe-${stage}-${name}-reader`);
    subscribe(arn('sns', `fhir-failsafe-${stage}-${name}`), made.arn);
    return made;
  };
  return {
    lane: at('laneQueueUrl'),
    isolation: at('isolationQueueUrl'),
    deadLetter: at('deadLetterQueueUrl'),
    incident: at('incidentQueueUrl'),
    delivery: at('deliveryQueueUrl'),
    supervisor: at('supervisorQueueUrl'),
    audit: at('auditQueueUrl'),
    reporting: named('reporting'),
    analytics: named('analytics'),
    oncall: reader('oncall'),
    management: reader('management'),
    outcomes: reader('outcomes'),
  };
}

function tablesOf(told: Told) {
  return {
    resources: told('resourcesTable'),
    quarantine: told('quarantineTable'),
    inFlight: told('inFlightTable'),
    incidents: told('incidentsTable'),
    breakers: told('breakersTable'),
    supervision: told('supervisionTable'),
    terminology: told('terminologyTable'),
    audit: told('auditTable'),
    erasures: told('erasuresTable'),
  };
}
