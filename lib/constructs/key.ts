/**
 * The customer-managed key of everything that holds a resource or describes one.
 *
 * A topic or queue with such a key drops what a service sends unless the key's policy names that service;
 * nothing fails, the message vanishes. So each service that will ever send is named here, only for our own
 * resources if the service says for whom it acts. ARNs are spelled by name: a reference would be circular.
 */
import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { resourceName } from '../config/stage-config.ts';
import { stagePolicy } from './foundation.ts';

const USE = ['kms:Decrypt', 'kms:GenerateDataKey*'];

/** Creates the key and lets sns, cloudwatch, events and logs use it for this stage's resources. */
export function createKey(scope: Construct, id: string, config: Config): Key {
  const { stage } = config;
  const policy = stagePolicy(config);
  const key = new Key(scope, id, {
    alias: `alias/fhir-failsafe-${stage}`,
    description: `Queues, topics, tables, bodies and logs of fhir-failsafe ${stage}`,
    enableKeyRotation: true,
    removalPolicy: policy.removal,
    pendingWindow: policy.keyPendingWindow,
  });
  const topics = Stack.of(scope).formatArn({ service: 'sns', resource: resourceName(stage, '*') });
  const alarms = Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: resourceName(stage, '*'),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const senders = [
    ['Sns', 'sns.amazonaws.com', topics],
    ['CloudWatchAlarms', 'cloudwatch.amazonaws.com', alarms],
    // EventBridge does not tell KMS for which rule it acts; a condition on it would never hold:
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    ['EventBridgeRules', 'events.amazonaws.com', undefined],
  ] as const;
  for (const [sid, principal, sources] of senders) {
    key.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal(principal)],
        actions: USE,
        resources: ['*'],
        ...(sources !== undefined && {
          conditions: {
            StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
            ArnLike: { 'aws:SourceArn': sources },
          },
        }),
      }),
    );
  }
  key.addToResourcePolicy(logsStatement(scope, stage));
  return key;
}

/** CloudWatch Logs names no source: the encryption context says whose log group it is. */
function logsStatement(scope: Construct, stage: string): PolicyStatement {
  const groups = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `/aws/lambda/${resourceName(stage, '*')}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    sid: 'CloudWatchLogs',
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey*',
      'kms:ReEncrypt*',
    ],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
  });
}
