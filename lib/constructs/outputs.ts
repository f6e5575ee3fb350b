/** What a deployment prints: where to send, who is notified, and the commands. */
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { groupIdOf } from '../../core/message/message-group.ts';
import type { Config } from '../config/config.ts';
import { resourceName } from '../config/stage-config.ts';
import type { Audit } from './audit.ts';
import type { Bodies } from './bodies.ts';
import type { Lane } from './lane.ts';
import type { Tables } from './tables.ts';

export interface Printed {
  readonly critical: Lane;
  readonly background: Lane;
  readonly audit: Audit;
  readonly oncall: ITopic;
  readonly management: ITopic;
  readonly outcomes: ITopic;
  readonly bodies: Bodies;
  readonly tables: Tables;
}

/** If sources are configured, a message without the group of its source is refused (docs/sources.md). */
function firstSourceOf({ known }: Config['sources'], lane: string): string | undefined {
  return Object.entries(known).find(([, { lanes }]) => lanes.some((each) => each === lane))?.[0];
}

/** Quoted for a shell: a label may hold special characters. */
const quoted = (word: string) =>
  /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Ids of outputs are logical ids, so the stack itself is their scope. */
export function addOutputs(stack: Stack, { stage, sources }: Config, printed: Printed): void {
  const { critical, background, audit, oncall, management, outcomes, bodies, tables } = printed;
  const output = (name: string, value: string, description: string) =>
    new CfnOutput(stack, name, { value, description });
  const send = (name: string, lane: Lane) => {
    const source = firstSourceOf(sources, name);
    const group = source === undefined ? '' : ` --message-group-id ${quoted(groupIdOf(source))}`;
    const command = `aws sqs send-message --queue-url ${lane.queue.queueUrl} --message-body file://patient.json`;
    const as = source === undefined ? '' : `, as source ${source}`;
    return [command + group, `Sends one resource to lane ${name}${as}`] as const;
  };
  const subscribe = `aws sns subscribe --protocol email --notification-endpoint YOU --topic-arn`;
  output('CriticalQueueUrl', critical.queue.queueUrl, 'Submit what cannot wait here');
  output('BackgroundQueueUrl', background.queue.queueUrl, 'Submit everything else here');
  output('SendCritical', ...send('critical', critical));
  output('SendBackground', ...send('background', background));
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
