/** The functions as they are deployed: each is built for each of its environments, of what that host gives. */

import type { Clients } from '../aws/clients.ts';
import type { Surroundings } from '../aws/surroundings.ts';
import { build as buildAnalytics } from '../functions/analytics/build.ts';
import { readEnvironment as readAnalytics } from '../functions/analytics/environment.ts';
import { build as buildAudit } from '../functions/audit/build.ts';
import { readEnvironment as readAudit } from '../functions/audit/environment.ts';
import { build as buildIncident } from '../functions/incident/build.ts';
import { readEnvironment as readIncident } from '../functions/incident/environment.ts';
import { build as buildReporting } from '../functions/reporting/build.ts';
import { readEnvironment as readReporting } from '../functions/reporting/environment.ts';
import type { Handler } from './lambda/function.ts';

type Env = Record<string, string>;
type Given = Clients & Surroundings;

/** By the end of a function's name. What is not here yet is not run: its queues fill. */
const BUILDS: Readonly<Record<string, (given: Given, env: Env) => unknown>> = {
  analytics: (given, env) => buildAnalytics({ ...given, environment: readAnalytics(env) }),
  audit: (given, env) => buildAudit({ ...given, environment: readAudit(env) }),
  incident: (given, env) => buildIncident({ ...given, environment: readIncident(env) }),
  reporting: (given, env) => buildReporting({ ...given, environment: readReporting(env) }),
};

export function builderOf(functionName: string): ((given: Given, env: Env) => Handler) | undefined {
  const name = Object.keys(BUILDS).find((end) => functionName.endsWith(`-${end}`));
  return name === undefined ? undefined : (BUILDS[name] as (given: Given, env: Env) => Handler);
}
