/**
 * What AWS would refuse when it creates the stack, or take and then drop every event: a function that may
 * not read its queue, a topic whose queue does not let it send. Here it stops the start.
 */
import { ACCOUNT, arn, nameOfArn } from '../template/account.ts';
import type { FunctionPlan, Plan } from '../template/plan.ts';
import { TemplateError } from '../template/resolve.ts';
import type { Access } from './access.ts';
import type { Caller } from './caller.ts';
import { type Context, fulfils } from './conditions.ts';
import { names, Permissions, speaksOf, usesOfKey } from './permissions.ts';
import { checkable } from './statements.ts';

/** What Lambda does with a source in the function's name. */
const READS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const SEND = 'sqs:SendMessage';

/** @throws TemplateError with all that is missing */
export function checkDeployment(access: Access, plan: Plan): void {
  const problems = [...rolesLack(access, plan), ...policiesLack(access, plan)];
  if (problems.length > 0) throw new TemplateError(problems.join('\n'));
}

function rolesLack(access: Access, plan: Plan): string[] {
  const permissions = new Permissions(access, () => {});
  const refused = (caller: Caller | undefined, action: string, resource: string) => {
    const refusal = permissions.refusalOf(caller, { action, resource });
    return refusal ? [refusal.message] : [];
  };
  const callers = new Map(plan.functions.map((each) => [each.name, callerAs(access, each)]));
  const sources = plan.mappings.flatMap(({ properties: { FunctionName, EventSourceArn } }) =>
    READS.flatMap((action) =>
      refused(callers.get(nameOfArn(FunctionName)), action, EventSourceArn),
    ),
  );
  const deadLetters = plan.functions.flatMap(({ name, properties: { DeadLetterConfig } }) =>
    DeadLetterConfig ? refused(callers.get(name), SEND, DeadLetterConfig.TargetArn) : [],
  );
  return [...sources, ...deadLetters];
}

function callerAs({ roles }: Access, { name, properties }: FunctionPlan): Caller | undefined {
  const [roleId] = Object.entries(roles).find(([, { arn: its }]) => its === properties.Role) ?? [];
  return roleId === undefined ? undefined : { roleId, session: name };
}

/** A service that acts for a resource of the stack. */
interface Service {
  readonly name: string;
  readonly sourceArn: string;
}

function policiesLack(access: Access, plan: Plan): string[] {
  const mayOn = (service: Service, action: string, resource: string) =>
    mayService(access, service, action, resource)
      ? []
      : [
          `${service.name} may not ${action} on ${resource} for ${service.sourceArn}: no resource-based policy allows it`,
        ];
  const toQueue = (service: Service, queue: string) => {
    const key = access.keys[queue];
    return [
      ...mayOn(service, SEND, queue),
      ...(key === undefined ? [] : usesOfKey(SEND).flatMap((use) => mayOn(service, use, key))),
    ];
  };
  return [
    ...plan.subscriptions.flatMap(({ properties: { TopicArn, Endpoint } }) =>
      toQueue({ name: 'sns.amazonaws.com', sourceArn: TopicArn }, Endpoint),
    ),
    ...plan.rules.flatMap(({ name, properties: { Targets } }) => {
      const service = { name: 'events.amazonaws.com', sourceArn: arn('events', `rule/${name}`) };
      return Targets.flatMap(({ Arn }) =>
        Arn.includes(':sqs:')
          ? toQueue(service, Arn)
          : mayOn(service, 'lambda:InvokeFunction', Arn),
      );
    }),
    ...plan.logSubscriptions.flatMap(({ properties: { LogGroupName, DestinationArn } }) =>
      mayOn(
        { name: 'logs.amazonaws.com', sourceArn: arn('logs', `log-group:${LogGroupName}:*`) },
        'lambda:InvokeFunction',
        DestinationArn,
      ),
    ),
  ];
}

function mayService(access: Access, service: Service, action: string, resource: string): boolean {
  const { name, sourceArn } = service;
  const values: Readonly<Record<string, readonly string[]>> = {
    'aws:SourceArn': [sourceArn],
    'aws:SourceAccount': [ACCOUNT.id],
    'aws:SecureTransport': ['true'],
  };
  const context: Context = (key) => values[key];
  const statements = (access.onResources[resource] ?? []).filter(({ principal = {} }) =>
    names(principal, ['AWS', 'Service'], name),
  );
  const deciding = checkable(statements, resource).filter(
    (statement) => speaksOf(statement, action, resource) && fulfils(context, statement.conditions),
  );
  return deciding.length > 0 && deciding.every(({ effect }) => effect === 'Allow');
}
