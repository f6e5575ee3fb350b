/** What a deployment tells the one who deployed: where to send, who is told, and the commands. */
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Audit } from './audit.ts';
import type { Bodies } from './bodies.ts';
import { resourceName } from './foundation.ts';
import type { Lane } from './lane.ts';
import type { Tables } from './tables.ts';

export interface Told {
  readonly critical: Lane;
  readonly background: Lane;
  readonly audit: Audit;
  readonly oncall: ITopic;
  readonly management: ITopic;
  readonly outcomes: ITopic;
  readonly bodies: Bodies;
  readonly tables: Tables;
}

/** Ids of outputs are logical ids, so the stack itself is their scope. */
export function addOutputs(stack: Stack, stage: string, told: Told): void {
  const { critical, background, audit, oncall, management, outcomes, bodies, tables } = told;
  const output = (name: string, value: string, description: string) =>
    new CfnOutput(stack, name, { value, description });
  const send = (lane: Lane) =>
    `aws sqs send-message --queue-url ${lane.queue.queueUrl} --message-body file://patient.json`;
  const subscribe = `aws sns subscribe --protocol email --notification-endpoint YOU --topic-arn`;
  output('CriticalQueueUrl', critical.queue.queueUrl, 'Submit what cannot wait here');
  output('BackgroundQueueUrl', background.queue.queueUrl, 'Submit everything else here');
  output('SendCritical', send(critical), 'Sends one resource to lane critical');
  output('SendBackground', send(background), 'Sends one resource to lane background');
  output(
    'SubmitFiles',
    `npm run cli -- submit FILE --stage ${stage}`,
    'Submits NDJSON, JSON and Bundles',
  );
  output('SubscribeOncall', `${subscribe} ${oncall.topicArn}`, 'Who gets the pages');
  output('SubscribeManagement', `${subscribe} ${management.topicArn}`, 'Who gets the notices');
  output('OutcomesTopicArn', outcomes.topicArn, 'How each message ended, for producers');
  output('BodiesBucketName', bodies.bucket.bucketName, 'Claim checks go here');
  output('ResourcesTableName', tables.resources.tableName, 'What is valid');
  output('QuarantineTableName', tables.quarantine.tableName, 'What was rejected or crashed');
  output('BreakersTableName', tables.breakers.tableName, 'Breakers of external services');
  output('SupervisionTableName', tables.supervision.tableName, 'Which lanes are paused, and why');
  output('IncidentsTableName', tables.incidents.tableName, 'Crash events and incidents');
  output('AuditTableName', tables.audit.tableName, 'The audit log, easy to read');
  output('AuditBucketName', audit.vault.bucket.bucketName, 'The audit log, locked; stays');
  output('Name', resourceName(stage, '*'), 'All that this stack owns is named so');
}
