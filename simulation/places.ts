/** What of a deployed stack may be down, and around it. */
import { nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import { SERVICES } from './clients.ts';
import type { Places } from './faults.ts';
import { SERVERS } from './outside.ts';

const KERNEL = /-(?:incident|supervisor|monitor|quarantine|audit|reporting|analytics|resend)$/;

/** Everything that may be down completely. */
export function placesIn({ tables, functions, subscriptions }: Plan): Places {
  const names = tables.map(({ name }) => name);
  const kernel = functions.map(({ name }) => name).filter((name) => KERNEL.test(name));
  const subscribed = subscriptions.map(({ properties }) => nameOfArn(properties.Endpoint));
  return {
    ...{ kernel, subscribed },
    services: [...SERVICES, ...names, 'kms', ...Object.values(SERVERS)],
    functions: functions
      .map(({ name }) => name)
      .filter((name) => /-(?:validate-|deliver$)/.test(name)),
  };
}
