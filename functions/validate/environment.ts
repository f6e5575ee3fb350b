import { readSettings, requiredEnv } from '../../aws/env.ts';
import { laneSchema } from '../../core/message/messages.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { validateSettingsSchema } from './settings.ts';

/** What `validate` is told by the stack; read once, at load. */
export const settings = readSettings(validateSettingsSchema);

export const environment = {
  lane: laneSchema.parse(requiredEnv('lane')),
  laneQueueArn: requiredEnv('laneQueueArn'),
  laneQueueUrl: requiredEnv('laneQueueUrl'),
  isolationQueueUrl: requiredEnv('isolationQueueUrl'),
  deadLetterQueueUrl: requiredEnv('deadLetterQueueUrl'),
  resourcesTable: requiredEnv('resourcesTable'),
  quarantineTable: requiredEnv('quarantineTable'),
  inFlightTable: requiredEnv('inFlightTable'),
  bucket: requiredEnv('bodiesBucket'),
  crashesTopicArn: requiredEnv('crashesTopicArn'),
  outcomesTopicArn: requiredEnv('outcomesTopicArn'),
  /** Absent where nothing is delivered. */
  deliveryQueueUrl: process.env[ENV.deliveryQueueUrl],
  /** Absent where no terminology server is asked. */
  terminologyEndpoint: process.env[ENV.terminologyEndpoint],
  chaos: process.env[ENV.chaos] === 'on',
};

/** The component that this function is: the scope of its incidents, whatever the lane. */
export const COMPONENT = 'validate';
