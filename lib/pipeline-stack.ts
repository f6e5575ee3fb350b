/** The wiring, to be read beside the drawing in ARCHITECTURE.md. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Bodies } from './bodies.ts';
import { planConcurrency } from './concurrency.ts';
import type { Config } from './config.ts';
import { Crashes } from './crashes.ts';
import { encryptedTopic } from './encrypted-topic.ts';
import { type Foundation, resourceName, STAGE_POLICIES } from './foundation.ts';
import { Incident } from './incident.ts';
import { createKey } from './key.ts';
import { Lane } from './lane.ts';
import { Monitor } from './monitor.ts';
import { Outcomes } from './outcomes.ts';
import { Quarantine } from './quarantine.ts';
import { Tables } from './tables.ts';

export interface PipelineProps extends StackProps {
  readonly config: Config;
  /** Folder with one bundle a function, from bundle.ts. */
  readonly bundles: string;
}

export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { config, bundles, ...props }: PipelineProps) {
    super(scope, id, { ...props, terminationProtection: STAGE_POLICIES[config.stage].protect });
    const concurrency = planConcurrency(config);
    const key = createKey(this, 'Key', config.stage);
    const foundation: Foundation = { config, concurrency, key, bundles };

    const tables = new Tables(this, 'Tables', foundation);
    const bodies = new Bodies(this, 'Bodies', foundation);
    const crashes = new Crashes(this, 'Crashes', foundation);
    const outcomes = new Outcomes(this, 'Outcomes', foundation);
    const oncall = encryptedTopic(this, 'Oncall', foundation, 'oncall', 'fhir-failsafe page');
    const management = encryptedTopic(
      this,
      'Management',
      foundation,
      'management',
      'fhir-failsafe notice',
    );

    const stores = {
      resources: tables.resources,
      quarantine: tables.quarantine,
      bodies: bodies.bucket,
      crashes: crashes.topic,
      outcomes: outcomes.topic,
    };
    const critical = new Lane(this, 'Critical', foundation, { name: 'critical', stores });
    const background = new Lane(this, 'Background', foundation, { name: 'background', stores });

    const quarantine = new Quarantine(this, 'Quarantine', foundation, {
      lanes: [critical, background],
      table: tables.quarantine,
      bodies: bodies.bucket,
      outcomes: outcomes.topic,
    });
    const incident = new Incident(this, 'Incident', foundation, {
      crashes,
      table: tables.incidents,
      oncall,
      management,
    });
    new Monitor(this, 'Monitor', foundation, {
      watched: [critical.validate, background.validate, quarantine.function, incident.function],
      crashes: crashes.topic,
      quarantine: tables.quarantine,
    });

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    const send = (lane: Lane) =>
      `aws sqs send-message --queue-url ${lane.queue.queueUrl} --message-body file://patient.json`;
    const subscribe = `aws sns subscribe --protocol email --notification-endpoint YOU --topic-arn`;
    output('CriticalQueueUrl', critical.queue.queueUrl, 'Submit what cannot wait here');
    output('BackgroundQueueUrl', background.queue.queueUrl, 'Submit everything else here');
    output('SendCritical', send(critical), 'Sends one resource to lane critical');
    output('SendBackground', send(background), 'Sends one resource to lane background');
    output(
      'SubmitFiles',
      `npm run cli -- submit FILE --stage ${config.stage}`,
      'Submits NDJSON, JSON and Bundles',
    );
    output('SubscribeOncall', `${subscribe} ${oncall.topicArn}`, 'Who gets the pages');
    output('OutcomesTopicArn', outcomes.topic.topicArn, 'How each message ended, for producers');
    output('SubscribeManagement', `${subscribe} ${management.topicArn}`, 'Who gets the notices');
    output('BodiesBucketName', bodies.bucket.bucketName, 'Claim checks go here');
    output('ResourcesTableName', tables.resources.tableName, 'What is valid');
    output('QuarantineTableName', tables.quarantine.tableName, 'What was rejected or crashed');
    output('IncidentsTableName', tables.incidents.tableName, 'Crash events and incidents');
    output('Name', resourceName(config.stage, '*'), 'All that this stack owns is named so');
  }
}
