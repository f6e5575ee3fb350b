/**
 * Who may send to a queue, in the queue's own policy: everybody else is denied, whatever their own policies
 * allow. SQS checks the policy before there is a message, so a denied call costs nothing and leaves no
 * trace here; CloudTrail has it.
 *
 * One denial is enough, because its conditions hold together: not one of these principals, nor of these
 * accounts, nor a service on behalf of one of these. A service has no principal ARN, a principal no source
 * ARN, and an absent value is not alike.
 */
import { Aws } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  Effect,
  type IPrincipal,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Senders } from '../config/source-config.ts';

const SEND = ['sqs:SendMessage'];

/**
 * Allows only these to send to a lane's own queue. They may also use the key, because SQS checks
 * that too.
 */
export function admitSenders(queue: Queue, key: IKey, senders: Senders): void {
  const { accounts, roles, services } = senders;
  const principals = [
    ...accounts.map((account) => new AccountPrincipal(account)),
    ...roles.map((role) => new ArnPrincipal(role)),
  ];
  if (principals.length > 0) {
    queue.addToResourcePolicy(allowing('Senders', principals, [queue.queueArn]));
    const viaSqs = { StringEquals: { 'kms:ViaService': `sqs.${Aws.REGION}.${Aws.URL_SUFFIX}` } };
    key.addToResourcePolicy(useOf(`Senders${queue.node.path}`, principals, viaSqs));
  }
  // SQS allows a policy few statements and conditions, so a service has one of each for all that it acts for.
  const byPrincipal = [...Map.groupBy(services, ({ principal }) => principal)];
  for (const [position, [principal, its]] of byPrincipal.entries()) {
    const service = new ServicePrincipal(principal);
    const conditions = { ArnLike: { 'aws:SourceArn': its.map(({ sourceArn }) => sourceArn) } };
    queue.addToResourcePolicy(
      allowing(`Service${position}`, [service], [queue.queueArn], conditions),
    );
    key.addToResourcePolicy(useOf(`Service${position}${queue.node.path}`, [service]));
  }
  deny(queue, {
    ...(accounts.length > 0 && { StringNotEquals: { 'aws:PrincipalAccount': accounts } }),
    ArnNotLike: {
      ...(roles.length > 0 && { 'aws:PrincipalArn': roles }),
      ...(services.length > 0 && { 'aws:SourceArn': services.map(({ sourceArn }) => sourceArn) }),
    },
  });
}

/** Allows only these principals to send to a queue behind a lane's own: hops and redrives. */
export function admitHops(queue: Queue, arns: readonly string[]): void {
  deny(queue, { ArnNotLike: { 'aws:PrincipalArn': [...arns] } });
}

/**
 * Allows only these principals, and services on behalf of these ARNs, to send to a queue of the
 * kernel.
 */
export function admitOnlySenders(
  queue: Queue,
  { principalArns, sourceArns }: { principalArns: string[]; sourceArns: string[] },
): void {
  const keys = { 'aws:PrincipalArn': principalArns, 'aws:SourceArn': sourceArns };
  deny(queue, { ArnNotLike: keys });
}

/** Allows only these roles to publish: readers of the topic cannot see who published. */
export function admitPublishers(topic: Topic, roleArns: readonly string[]): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NobodyElse',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': [...roleArns] } },
    }),
  );
}

function deny(queue: Queue, conditions: Record<string, Record<string, unknown>>): void {
  const said = Object.entries(conditions).filter(([, keys]) => Object.keys(keys).length > 0);
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NobodyElse',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: SEND,
      resources: [queue.queueArn],
      conditions: Object.fromEntries(said),
    }),
  );
}

const allowing = (
  sid: string,
  principals: IPrincipal[],
  resources: string[],
  conditions: Record<string, unknown> = {},
) => new PolicyStatement({ sid, principals, actions: SEND, resources, conditions });

/**
 * Sending to an encrypted queue means using its key. For a service there is no condition on the source: not
 * every service tells KMS for whom it acts (lib/constructs/key.ts), and the queue's own policy checks it.
 */
const useOf = (path: string, principals: IPrincipal[], conditions: Record<string, unknown> = {}) =>
  new PolicyStatement({
    sid: path.replaceAll(/[^A-Za-z0-9]/g, ''),
    principals,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions,
  });
