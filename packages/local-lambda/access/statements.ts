import { z } from 'zod';
import { TemplateError } from '../template/resolve.ts';
import { type Conditions, isVariable, unknownOf, withKnownKeys } from './conditions.ts';

/** A statement of an IAM policy. The emulators' threads get it, so it is data. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Conditions;
  /** In the policy of a resource: `*`, or names by kind (`AWS`, `Service`). */
  readonly principal?: Principal;
}

export type Principal = '*' | Readonly<Record<string, readonly string[]>>;

const value = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.union([value, z.array(value)]).transform((given) => [given].flat().map(String));

/** Other elements, such as `NotAction`, are refused. */
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts.prefault('*'),
  Principal: z.union([z.literal('*'), z.record(z.string(), texts)]).optional(),
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
});

const documentSchema = z.object({
  Statement: z.preprocess((given) => [given].flat(), z.array(statementSchema)),
});

/**
 * The statements of a policy whose intrinsic functions are resolved.
 * @throws TemplateError for an element that the runtime cannot check
 */
export function statementsOf(document: unknown, where: string): Statement[] {
  const result = documentSchema.safeParse(document);
  if (!result.success) {
    const problem = z.prettifyError(result.error);
    throw new TemplateError(`${where}: the local runtime cannot check this policy: ${problem}`);
  }
  return result.data.Statement.map(({ Effect, Action, Resource, Condition, Principal }) => ({
    effect: Effect,
    actions: Action,
    resources: Resource,
    conditions: withKnownKeys(Condition),
    ...(Principal === undefined ? {} : { principal: Principal }),
  }));
}

/** @throws TemplateError if the resources or conditions of a statement cannot be checked */
export function checkable(statements: readonly Statement[], where: string): readonly Statement[] {
  for (const { resources, conditions } of statements) {
    const unknown = resources.find(isVariable) ?? unknownOf(conditions);
    if (unknown !== undefined) {
      throw new TemplateError(
        `${where}: the local runtime cannot check ${unknown} in the resources or the condition of a statement`,
      );
    }
  }
  return statements;
}
