/** All alarms: for every queue and function of the stack, and for the pipeline as a whole. */
import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from '../constructs/foundation.ts';
import { PipelineFunction } from '../constructs/pipeline-function.ts';
import { functionAlarms } from './function-alarms.ts';
import { type PipelineParts, pipelineAlarms } from './pipeline-alarms.ts';
import { queueAlarms } from './queue-alarms.ts';
import { type AlarmSettings, type Audiences, runbookAlarm } from './runbook-alarm.ts';

export class Alarms extends Construct {
  /** Must be created last: it watches what the stack has by then. */
  constructor(
    scope: Construct,
    id: string,
    foundation: Foundation,
    { audiences, ...parts }: PipelineParts & { readonly audiences: Audiences },
  ) {
    super(scope, id);
    const { config } = foundation;
    for (const settings of alarmsOf(Stack.of(this), foundation, parts)) {
      runbookAlarm(this, foundation, audiences, settings);
    }
    for (const topic of [audiences.oncall, audiences.management]) {
      topic.addToResourcePolicy(alarmsMayPublish(this, topic.topicArn, config.stage));
    }
  }
}

function alarmsOf(stack: Stack, foundation: Foundation, parts: PipelineParts): AlarmSettings[] {
  const { config } = foundation;
  const all = stack.node.findAll();
  const own = resourceName(config.stage, '');
  const short = (name: string) => name.replace(own, '').replace(/\.fifo$/, '');
  const queues = all.filter((one) => one instanceof Queue);
  const functions = all.filter((one) => one instanceof PipelineFunction);
  const mappings = all.filter((one) => one instanceof CfnEventSourceMapping);
  const read = new Set(mappings.map(({ eventSourceArn }) => eventSourceArn));
  const named = (queue: Queue) => ({
    name: short(nameOf(queue)),
    queue,
    isRead: read.has(queue.queueArn),
  });
  return [
    ...queues.flatMap((queue) => queueAlarms(named(queue), config)),
    ...functions.flatMap((one) => functionAlarms(one, config)),
    ...pipelineAlarms(config, parts),
  ];
}

/** The physical name; the construct returns only a token. */
function nameOf({ node }: Queue): string {
  const { queueName } = node.defaultChild as { queueName?: string } & Construct;
  return queueName ?? node.path;
}

/**
 * SNS accepts only services that the topic's policy names: here our own alarms, for our account.
 */
function alarmsMayPublish(
  scope: Construct,
  topicArn: string,
  stage: Foundation['config']['stage'],
) {
  const alarms = Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: resourceName(stage, '*'),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    sid: 'OurAlarms',
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topicArn],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': alarms },
    },
  });
}
