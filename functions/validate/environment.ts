import {
  makeDynamo,
  makeHastyDynamo,
  makeS3,
  makeSecrets,
  makeSns,
  makeSqs,
} from '../../aws/clients.ts';
import { readSettings, requiredEnv } from '../../aws/env.ts';
import type { QuarantineTable } from '../../aws/quarantine-expiry.ts';
import { readSenders } from '../../aws/sources.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { tracesOf } from '../../aws/traces-of.ts';
import { laneSchema } from '../../core/message/messages.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { validateSettingsSchema } from './settings.ts';

const { env } = process;

/** What `validate` is told by the stack; read once, at load. */
export const settings = readSettings(validateSettingsSchema, env);

/** The SDK clients of this environment. */
export const clients = {
  sqs: makeSqs(),
  sns: makeSns(),
  s3: makeS3(env),
  dynamo: makeDynamo(),
  hastyDynamo: makeHastyDynamo(),
  secrets: makeSecrets(),
};
export const machine = surroundings(env);
export const { telemetry, now, later, randomId } = machine;
export const { logger, emit, measureSince } = telemetry;
export const traces = await tracesOf(env);

const { sqs, sns, s3, dynamo } = clients;
const table = (name: string) => ({ name, dynamo });
const queue = (url: string) => ({ url, sqs });
const quarantineTable: QuarantineTable = {
  ...table(requiredEnv('quarantineTable', env)),
  keptDays: Number(env[ENV.quarantineDays]),
};
const deliveryQueueUrl = env[ENV.deliveryQueueUrl];
const ratesTable = env[ENV.ratesTable];
const auditQueueUrl = env[ENV.auditQueueUrl];

export const environment = {
  lane: laneSchema.parse(requiredEnv('lane', env)),
  laneQueueArn: requiredEnv('laneQueueArn', env),
  laneQueue: queue(requiredEnv('laneQueueUrl', env)),
  isolationQueue: queue(requiredEnv('isolationQueueUrl', env)),
  deadLetterQueue: queue(requiredEnv('deadLetterQueueUrl', env)),
  resourcesTable: table(requiredEnv('resourcesTable', env)),
  quarantineTable,
  inFlightTable: table(requiredEnv('inFlightTable', env)),
  erasuresTable: table(requiredEnv('erasuresTable', env)),
  hashKeyArn: requiredEnv('hashKeyArn', env),
  bucket: { name: requiredEnv('bodiesBucket', env), s3 },
  bodies: { s3, later },
  crashesTopic: { arn: requiredEnv('crashesTopicArn', env), sns },
  outcomesTopic: { arn: requiredEnv('outcomesTopicArn', env), sns },
  senders: readSenders(env),
  /** Absent where nothing is delivered. */
  deliveryQueue: deliveryQueueUrl === undefined ? undefined : queue(deliveryQueueUrl),
  /** Absent where no source has a rate. */
  ratesTable:
    ratesTable === undefined ? undefined : { name: ratesTable, dynamo: clients.hastyDynamo },
  /** There where sources are configured. */
  auditQueue:
    auditQueueUrl === undefined ? undefined : { ...queue(auditQueueUrl), secret: randomId() },
  /** Absent where no terminology server is asked. */
  terminologyEndpoint: env[ENV.terminologyEndpoint],
  chaos: env[ENV.chaos] === 'on',
};

/** The component that this function is: the scope of its incidents, whatever the lane. */
export const COMPONENT = 'validate';
