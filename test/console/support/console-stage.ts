/** A stage in the emulators with a console on it, for the tests of a file. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { type Console, openConsole } from '../../../console/open.ts';
import { type AuditFact, auditFactSchema } from '../../../core/audit/audit-fact.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { configureAudit } from '../../support/audit.ts';
import { testClients } from '../../support/clients.ts';
import { receive, remove } from '../../support/delivery.ts';
import type { LambdaService } from '../../support/lambda-service.ts';
import { patient } from '../../support/resources.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';
import { buildWorld, type World } from '../../support/world.ts';
import { PageInTest } from './page-in-test.ts';

export const PAGE = new Map([['/', { contentType: 'text/html', body: 'the page' }]]);

export interface ConsoleStage {
  readonly world: World;
  readonly lambda: LambdaService;
  readonly page: PageInTest;
}

/** Valid only inside tests. */
export function useConsole(operate: boolean): ConsoleStage {
  const lambda = useLambdaService();
  const made: { world?: World; console?: Console; page?: PageInTest } = {};
  beforeAll(async () => {
    // The emulators do not have these, so nobody answers.
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = 'http://127.0.0.1:9';
    const world = await buildWorld();
    configureAudit(lambda, world);
    configure(lambda, world);
    made.world = world;
    made.console = await openConsole({
      stage: world.stage,
      operate,
      by: 'ana',
      port: 0,
      page: PAGE,
    });
    made.page = new PageInTest(made.console.address);
  });
  afterAll(() => made.console?.stop());
  return {
    lambda,
    get world() {
      return present(made.world);
    },
    get page() {
      return present(made.page);
    },
  };
}

function configure(lambda: LambdaService, { stage, queues }: World): void {
  const name = (part: string) => `fhir-failsafe-${stage}-${part}`;
  const { url: queueUrl, arn: queueArn } = queues.lane;
  lambda.addMapping('m-lane', 8);
  lambda.addMapping('m-isolation', 2);
  const mappings = [
    { uuid: 'm-lane', maxConcurrency: 8 },
    { uuid: 'm-isolation', maxConcurrency: 2 },
  ];
  const background = { functionName: 'validate', queueUrl, queueArn, mappings };
  lambda.configure(name('supervisor'), { [ENV.supervisedLanes]: JSON.stringify({ background }) });
  const told = (settings: object) => ({ [ENV.settings]: JSON.stringify(settings) });
  lambda.configure(name('incident'), told({ crashesToOpen: 4, windowMs: 60_000 }));
  lambda.configure(name('deliver'), told({ breakerFailures: 7 }));
  lambda.configure(name('validate-background'), told({}));
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a console exists inside tests only');
  return value;
}

export const OUTCOME = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'code-invalid',
      diagnostics: "'4711' is none of the codes",
      expression: ['Patient.gender'],
    },
  ],
});

/** An entry of Quarantine, a minute old. */
export async function quarantined(
  { tables }: World,
  pk: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const entry = {
    ...{ pk, status: 'quarantined', kind: 'dead-letter', crash: 'exception', lane: 'background' },
    ...{ reason: 'TypeError at judgeText judge.ts:17', fingerprint: 'f00d', source: 'clinic' },
    ...{ quarantinedAt: Date.now() - 60_000, sentAt: 5, attempts: [], body: patient() },
    ...fields,
  };
  const put = new PutCommand({ TableName: tables.quarantine, Item: entry });
  await testClients().dynamo.send(put);
}

/** Facts that the audit queue got since the last call. */
export async function factsTold({ queues }: World): Promise<AuditFact[]> {
  const records = await receive(queues.audit);
  await remove(queues.audit, records);
  return records.map(({ body }) => auditFactSchema.parse(JSON.parse(body)));
}
