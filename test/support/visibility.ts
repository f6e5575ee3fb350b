/** The built stack with another visibility timeout. */
import { ENV } from '../../telemetry/env-names.ts';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * Each queue hides messages for so long. `validate` is told of it too: by that it knows when the
 * messages of a dead environment are shown again. It cannot be told one that its own timeout exceeds,
 * which AWS refuses as well: what is that short is for tests in which no suspect is looked for.
 */
export function withVisibility<R extends TemplateResource>(resource: R, seconds: number): R {
  const { Type, Properties = {} } = resource;
  const isValidate = /-validate-/.test(String(Properties['FunctionName']));
  if (Type === 'AWS::SQS::Queue') {
    return { ...resource, Properties: { ...Properties, VisibilityTimeout: seconds } };
  }
  if (Type !== 'AWS::Lambda::Function' || !isValidate) return resource;
  if (seconds <= Number(Properties['Timeout'])) return resource;
  const Environment = withSettings(Properties, { visibilityMs: seconds * 1_000 });
  return { ...resource, Properties: { ...Properties, Environment } };
}

/** A function's environment with settings on top of what the stack told it. */
export function withSettings(properties: Readonly<Record<string, unknown>>, told: object) {
  const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
  const settings = { ...JSON.parse(String(Variables[ENV.settings])), ...told };
  return { Variables: { ...Variables, [ENV.settings]: JSON.stringify(settings) } };
}
