import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { minuteWakeSchema } from '../../../core/message/messages.ts';
import { planConcurrency } from '../../../lib/config/concurrency.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { encryptedQueue } from '../../../lib/constructs/encrypted-queue.ts';
import { createKey } from '../../../lib/constructs/key.ts';
import { Minute } from '../../../lib/constructs/minute.ts';

const config = loadConfig({}, {});

it('each queue is woken by its one rule, and accepts no other', () => {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }));
  const key = createKey(stack, 'Key', config);
  const concurrency = planConcurrency(config);
  const foundation = { config, concurrency, key, bundles: '/none' };
  const queue = encryptedQueue(stack, 'Queue', foundation, {
    name: 'woken',
    visibilitySeconds: 60,
  });
  new Minute(stack, 'Minute', foundation).wakes(queue);

  const template = Template.fromStack(stack);
  const [[ruleId, rule] = []] = Object.entries(template.findResources('AWS::Events::Rule'));
  expect(rule?.['Properties']).toMatchObject({
    Name: 'fhir-failsafe-dev-minute',
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Targets: [{ Arn: { 'Fn::GetAtt': [expect.any(String), 'Arn'] }, Input: '{"wake":"minute"}' }],
  });
  expect(minuteWakeSchema.parse(JSON.parse(rule?.['Properties'].Targets[0].Input))).toBeTruthy();
  const [policy] = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
  expect(policy?.['Properties'].PolicyDocument.Statement).toContainEqual({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
    Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [ruleId, 'Arn'] } } },
  });
});
