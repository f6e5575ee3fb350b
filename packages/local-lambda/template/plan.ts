/**
 * What the runtime must create, read from the synthesized template. There is no second list of
 * queues or tables, so the local and the deployed stack cannot differ.
 */
import { z } from 'zod';
import { ACCOUNT } from './account.ts';
import type { Assembly } from './assembly.ts';
import * as schemas from './property-schemas.ts';
import { referencesOf } from './references.ts';
import { resolveString, resolveValue, TemplateError } from './resolve.ts';

type Named<S extends z.ZodType> = { logicalId: string; name: string; properties: z.output<S> };

export type QueuePlan = Named<typeof schemas.queueSchema>;
export type TopicPlan = Named<z.ZodType>;
export type SubscriptionPlan = Named<typeof schemas.subscriptionSchema>;
export type BucketPlan = Named<typeof schemas.bucketSchema>;
export type SecretPlan = Named<typeof schemas.secretSchema> & { arn: string };
export type TablePlan = Named<typeof schemas.tableSchema>;
export type FunctionPlan = Named<typeof schemas.functionSchema> & { codeDirectory: string };
export type MappingPlan = Named<typeof schemas.mappingSchema>;
export type LogSubscriptionPlan = Named<typeof schemas.logSubscriptionSchema>;
export type RulePlan = Named<typeof schemas.ruleSchema>;

export type Plan = {
  stackName: string;
  queues: QueuePlan[];
  topics: TopicPlan[];
  subscriptions: SubscriptionPlan[];
  tables: TablePlan[];
  buckets: BucketPlan[];
  secrets: SecretPlan[];
  functions: FunctionPlan[];
  mappings: MappingPlan[];
  rules: RulePlan[];
  logSubscriptions: LogSubscriptionPlan[];
};

/**
 * Resolves a template into a plan.
 * @param endpoint of SQS; queue URLs begin with it
 * @throws TemplateError for a resource type, property or intrinsic that is not supported
 */
export function planOf(assembly: Assembly, endpoint: string): Plan {
  const { template, stackName, assets } = assembly;
  const references = referencesOf(template, stackName, endpoint);

  function all<S extends z.ZodType>(schema: S, ...types: string[]): Named<S>[] {
    return Object.entries(template.Resources)
      .filter(([, resource]) => types.includes(resource.Type))
      .map(([logicalId, { Properties }]) => {
        const resolved = resolveValue(Properties, references, logicalId);
        const properties = parse(schema, resolved, logicalId);
        return { logicalId, name: references.nameOf(logicalId), properties };
      });
  }

  for (const logicalId of Object.keys(template.Resources)) references.nameOf(logicalId);
  return {
    stackName,
    queues: all(schemas.queueSchema, 'AWS::SQS::Queue'),
    topics: all(z.unknown(), 'AWS::SNS::Topic'),
    subscriptions: all(schemas.subscriptionSchema, 'AWS::SNS::Subscription'),
    tables: all(schemas.tableSchema, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'),
    buckets: all(schemas.bucketSchema, 'AWS::S3::Bucket'),
    secrets: all(schemas.secretSchema, 'AWS::SecretsManager::Secret').map((plan) => ({
      ...plan,
      arn: references.ref(plan.logicalId, plan.logicalId),
    })),
    functions: all(schemas.functionSchema, 'AWS::Lambda::Function').map((plan) => {
      const codeDirectory = assets.get(plan.properties.Code.S3Key ?? '');
      if (codeDirectory) return { ...plan, codeDirectory };
      throw new TemplateError(`${plan.logicalId}: its code is no asset of the assembly`);
    }),
    mappings: all(schemas.mappingSchema, 'AWS::Lambda::EventSourceMapping'),
    rules: all(schemas.ruleSchema, 'AWS::Events::Rule'),
    logSubscriptions: all(schemas.logSubscriptionSchema, 'AWS::Logs::SubscriptionFilter'),
  };
}

/** The stack's outputs by logical id, with queue URLs that begin with `endpoint`. */
export function outputsOf(assembly: Assembly, endpoint: string): Record<string, string> {
  const references = referencesOf(assembly.template, assembly.stackName, endpoint);
  return Object.fromEntries(
    Object.entries(assembly.template.Outputs).map(([key, { Value }]) => [
      key,
      resolveString(Value, references, `Outputs.${key}`),
    ]),
  );
}

/** The URL of a queue of the local account. */
export function queueUrlOf(queueName: string, endpoint: string): string {
  return `${endpoint}/${ACCOUNT.id}/${queueName}`;
}

function parse<S extends z.ZodType>(schema: S, value: unknown, logicalId: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TemplateError(`${logicalId}: ${z.prettifyError(result.error)}`);
}
