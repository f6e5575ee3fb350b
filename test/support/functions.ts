/** Builds functions again, as a cold environment does, with the current environment variables. */
import type { Clients } from '../../aws/clients.ts';
import { build as buildIncident } from '../../functions/incident/build.ts';
import { readEnv as readIncident } from '../../functions/incident/env.ts';
import { build as buildQuarantine } from '../../functions/quarantine/build.ts';
import { readEnv as readQuarantine } from '../../functions/quarantine/env.ts';
import { build as buildValidate } from '../../functions/validate/build.ts';
import { readEnv as readValidate } from '../../functions/validate/env.ts';
import type { Places, ValidateDeps } from '../../functions/validate/parts.ts';
import { coldDeps, coldTraces, makeClients } from './cold.ts';
import type { SqsHandler } from './delivery.ts';
import { takePlaces } from './warm-places.ts';

export type { Clients };
export type FunctionName = 'validate' | 'quarantine' | 'incident';

export interface Functions extends Readonly<Record<FunctionName, SqsHandler>> {
  /** The SDK clients of each, to inject faults into. */
  readonly clients: readonly Clients[];
  close(): Promise<void>;
}

const ALL: readonly FunctionName[] = ['validate', 'quarantine', 'incident'];

/** `any role`: they may do anything, for settings that the template of the worlds does not have. */
export type Role = 'own role' | 'any role';

/** Each has its own clients and telemetry. */
export async function loadFunctions(
  names: readonly FunctionName[] = ALL,
  role: Role = 'own role',
): Promise<Functions> {
  const clients: Clients[] = [];
  const closes: (() => Promise<void>)[] = [];
  const handlers = { validate: absent, quarantine: absent, incident: absent };
  for (const name of names) {
    const loaded = await load[name](role === 'own role');
    handlers[name] = loaded.handler;
    clients.push(loaded.clients);
    if (loaded.close !== undefined) closes.push(loaded.close);
  }
  return {
    ...handlers,
    clients,
    async close() {
      await Promise.all(closes.map((close) => close()));
    },
  };
}

interface Loaded {
  readonly handler: SqsHandler;
  readonly clients: Clients;
  readonly close?: () => Promise<void>;
}

const load: Record<FunctionName, (hasOwnRole: boolean) => Promise<Loaded>> = {
  async validate(hasOwnRole) {
    const { places, giveBack } = takePlaces(readValidate(process.env));
    const deps = await validateDeps(places, hasOwnRole ? undefined : makeClients());
    return { handler: buildValidate(deps), clients: deps, close: giveBack };
  },
  async quarantine(hasOwnRole) {
    const deps = coldDeps(hasOwnRole ? 'quarantine' : undefined);
    const traces = await coldTraces();
    const env = readQuarantine(process.env);
    return { handler: buildQuarantine({ ...deps, traces, env }), clients: deps };
  },
  async incident(hasOwnRole) {
    const deps = coldDeps(hasOwnRole ? 'incident' : undefined);
    const env = readIncident(process.env);
    return { handler: buildIncident({ ...deps, env }), clients: deps };
  },
};

const nothing = () => Promise.reject(new Error('nothing is validated here'));
/** For tests that validate nothing. */
export const NOWHERE: Places = {
  pool: { ready: nothing, validate: nothing },
  ownProcess: { ready: nothing, validate: nothing },
};

/** What an environment of `validate` starts with that validates in these places. */
export const validateDeps = async (places: Places, clients?: Clients): Promise<ValidateDeps> => ({
  ...coldDeps('validate-background'),
  ...clients,
  ...places,
  env: readValidate(process.env),
  traces: await coldTraces(),
  fetch: (...request) => fetch(...request),
});

const absent: SqsHandler = () => Promise.reject(new Error('this function was not loaded'));
