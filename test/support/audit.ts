/** The audit function in a world: facts in, entries and objects out. */
import type { Env } from '../../aws/env.ts';
import type { AuditLog } from '../../cli/audit/stage.ts';
import { verifyLog } from '../../cli/audit/verify.ts';
import { type AuditEntry, readEntry } from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN, type AuditFact } from '../../core/audit/audit-fact.ts';
import { build } from '../../functions/audit/build.ts';
import { readEnv } from '../../functions/audit/env.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { testClients } from './clients.ts';
import { coldDeps } from './cold.ts';
import type { Doomed } from './die-at-every-step.ts';
import { HASH_KEY_ARN, onQueues } from './emulators.ts';
import type { LambdaService } from './lambda-service.ts';
import { itemsOf } from './stores.ts';
import type { World } from './world.ts';

/** A short version of what is deployed. */
const DEPLOYED = { [ENV.configurationHash]: 'config-1', [ENV.codeHash]: 'code-1' };

/** A cold environment of it, with other environment variables. */
export async function loadAudit(told: Env = {}): Promise<Doomed> {
  const deps = coldDeps('audit');
  const env = readEnv({ ...process.env, ...DEPLOYED, ...told });
  const handler = build({ ...deps, env });
  return { handler, clients: [deps] };
}

/** What the CLI asks Lambda about it: the places of its log and its key. */
export function configureAudit(
  lambda: LambdaService,
  world: World,
  more: Readonly<Record<string, string>> = {},
): void {
  lambda.configure(`fhir-failsafe-${world.stage}-audit`, {
    [ENV.auditTable]: world.tables.audit,
    [ENV.auditBucket]: world.auditBucket,
    [ENV.hashKeyArn]: HASH_KEY_ARN,
    ...more,
  });
}

export const factOf = (id: string, fields: Partial<AuditFact> = {}): AuditFact => ({
  id,
  kind: 'redrive',
  at: 1_700_000_000_000,
  component: 'cli',
  actor: 'ada',
  details: { entries: 3 },
  ...fields,
});

let sent = 0;

/** As it comes after the five minutes in which SQS itself removes duplicates. */
export async function tell({ queues }: World, ...facts: (AuditFact | string)[]): Promise<void> {
  for (const fact of facts) {
    sent += 1;
    await onQueues('SendMessage', {
      QueueUrl: queues.audit.url,
      MessageBody: typeof fact === 'string' ? fact : JSON.stringify(fact),
      MessageGroupId: AUDIT_CHAIN,
      MessageDeduplicationId: String(sent),
    });
  }
}

/** The entries in the table, in order; each must be the text that was hashed. */
export async function entriesOf({ tables }: World): Promise<AuditEntry[]> {
  const items = (await itemsOf(tables.audit)).filter(({ pk }) => pk === AUDIT_CHAIN);
  const lines = items.sort((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1));
  return lines.map(({ line }) => {
    const entry = readEntry(String(line));
    if (entry === undefined) throw new Error(`not an entry: ${line}`);
    return entry;
  });
}

/** Verifies as `audit verify` does. */
export const verify = (world: World) => verifyLog(logOf(world), { copyingMs: 0 });

/** The places of its log, as the CLI gets them. */
export function logOf({ tables, auditBucket }: World): AuditLog {
  const { dynamo, s3 } = testClients();
  return { table: { name: tables.audit, dynamo }, bucket: { name: auditBucket, s3 } };
}
