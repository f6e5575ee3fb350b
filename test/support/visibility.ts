/** The built stack with another visibility timeout. */
import { ENV } from '../../telemetry/env-names.ts';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * Each queue hides messages for that long. `validate` gets it too, to know when the messages of a dead
 * environment become visible again. It accepts none that its own timeout exceeds, which AWS refuses as
 * well: shorter ones are for tests without suspects.
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

/** A function's environment with settings in addition to the stack's. */
export function withSettings(properties: Readonly<Record<string, unknown>>, told: object) {
  const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
  const settings = { ...JSON.parse(String(Variables[ENV.settings])), ...told };
  return { Variables: { ...Variables, [ENV.settings]: JSON.stringify(settings) } };
}
