/** The deployed functions. Each environment builds its own, with the dependencies of its host. */
import type { Clients } from '../aws/clients.ts';
import type { LambdaClients } from '../aws/lambda-clients.ts';
import type { Fetch } from '../aws/machine.ts';
import type { Surroundings } from '../aws/surroundings.ts';
import { SUPERVISION_TREE } from '../core/supervision/supervision-tree.ts';
import { build as buildAnalytics } from '../functions/analytics/build.ts';
import { readEnv as readAnalytics } from '../functions/analytics/env.ts';
import { build as buildAudit } from '../functions/audit/build.ts';
import { readEnv as readAudit } from '../functions/audit/env.ts';
import { build as buildDeliver } from '../functions/deliver/build.ts';
import { readEnv as readDeliver } from '../functions/deliver/env.ts';
import { build as buildIncident } from '../functions/incident/build.ts';
import { readEnv as readIncident } from '../functions/incident/env.ts';
import { build as buildMonitor } from '../functions/monitor/build.ts';
import { readEnv as readMonitor } from '../functions/monitor/env.ts';
import { build as buildQuarantine } from '../functions/quarantine/build.ts';
import { readEnv as readQuarantine } from '../functions/quarantine/env.ts';
import { build as buildReporting } from '../functions/reporting/build.ts';
import { readEnv as readReporting } from '../functions/reporting/env.ts';
import { build as buildResend } from '../functions/resend/build.ts';
import { readEnv as readResend } from '../functions/resend/env.ts';
import { build as buildSupervisor } from '../functions/supervisor/build.ts';
import { readEnv as readSupervisor } from '../functions/supervisor/env.ts';
import { build as buildValidate } from '../functions/validate/build.ts';
import { readEnv as readValidate } from '../functions/validate/env.ts';
import type { Places } from '../functions/validate/parts.ts';
import { Traces } from '../telemetry/traces.ts';
import type { Handler } from './lambda/function-plan.ts';
import { type DrawnSettings, withSettings } from './settings.ts';

type Env = Record<string, string>;

/** The dependencies of a function: everything that any of them needs. */
export interface Given extends Clients, LambdaClients, Surroundings {
  readonly fetch: Fetch;
  /** Where `validate` runs resources, with the deadline of a resource. */
  readonly placesFor: (deadlineMs: number) => Places;
}

const traces = new Traces();

const read = new WeakMap<Env, unknown>();

/** The variables of each deployment: its code is another, and its settings may be. */
export function envsOf(
  name: string,
  env: Env,
  settings: DrawnSettings,
): (deployment: number) => Env {
  const envs = new Map<number, Env>();
  return (deployment) => {
    const known = envs.get(deployment);
    if (known !== undefined) return known;
    const hash = env['CODE_HASH'];
    const variables = deployment === 0 ? env : { ...env, CODE_HASH: `${hash}-${deployment}` };
    const next = withSettings(variables, settings, { name, deployment });
    envs.set(deployment, next);
    return next;
  };
}

/** All environments of a deployment have the same variables: they are read once. */
function readOnce<E>(readEnv: (env: Env) => E, env: Env): E {
  if (!read.has(env)) read.set(env, readEnv(env));
  return read.get(env) as E;
}

/**
 * By the end of a function's name. A function that is not here does not run, and its queues fill
 * up.
 */
const BUILDS: Readonly<Record<string, (given: Given, env: Env) => unknown>> = {
  analytics: (given, env) => buildAnalytics({ ...given, env: readOnce(readAnalytics, env) }),
  audit: (given, env) => buildAudit({ ...given, env: readOnce(readAudit, env) }),
  deliver: (given, env) => buildDeliver({ ...given, traces, env: readOnce(readDeliver, env) }),
  incident: (given, env) => buildIncident({ ...given, env: readOnce(readIncident, env) }),
  monitor: (given, env) => buildMonitor({ ...given, env: readOnce(readMonitor, env) }),
  quarantine: (given, env) =>
    buildQuarantine({ ...given, traces, env: readOnce(readQuarantine, env) }),
  reporting: (given, env) => buildReporting({ ...given, env: readOnce(readReporting, env) }),
  resend: (given, env) => buildResend({ ...given, env: readOnce(readResend, env) }),
  supervisor: (given, env) =>
    buildSupervisor({
      ...given,
      tree: SUPERVISION_TREE,
      env: readOnce(readSupervisor, env),
    }),
  'validate-critical': validate,
  'validate-background': validate,
};

function validate(given: Given, variables: Env): unknown {
  const env = readOnce(readValidate, variables);
  const places = given.placesFor(env.settings.deadlineMs);
  return buildValidate({ ...given, ...places, traces, env });
}

export function builderOf(functionName: string): ((given: Given, env: Env) => Handler) | undefined {
  const name = Object.keys(BUILDS).find((end) => functionName.endsWith(`-${end}`));
  return name === undefined ? undefined : (BUILDS[name] as (given: Given, env: Env) => Handler);
}
