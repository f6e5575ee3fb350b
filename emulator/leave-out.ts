/**
 * Finds the parts of a template that make an emulator refuse the whole template.
 *
 * MiniStack knows neither composite alarms nor alarms on metric math. These are left out and
 * reported, with everything that refers to one of them.
 */

import { isRecord } from '../aws/live/comparison.ts';
import type { EmulatorName } from './endpoint.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
type Resources = Readonly<Record<string, Resource>>;

export interface LeftOut {
  readonly logicalId: string;
  readonly type: string;
  readonly why: string;
}

/** An emulator may wait for the response of a custom resource that never comes. */
const emptiesBucket = ({ Type }: Resource) =>
  Type === 'Custom::EmptyBucket' ? 'destroy:local empties the buckets itself' : undefined;

const REFUSALS: Readonly<Record<EmulatorName, (resource: Resource) => string | undefined>> = {
  LocalStack: emptiesBucket,
  MiniStack: (resource) => {
    const { Type, Properties } = resource;
    if (Type === 'AWS::CloudWatch::CompositeAlarm') return 'MiniStack has no composite alarms';
    const math = Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] !== undefined;
    return math ? 'MiniStack has no alarms on metric math' : emptiesBucket(resource);
  },
};

/** Logical ids that a value refers to, at any depth. */
function* refersTo(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* refersTo(item);
  if (!isRecord(value)) return;
  if (typeof value['Ref'] === 'string') yield value['Ref'];
  const attribute = value['Fn::GetAtt'];
  if (Array.isArray(attribute) && typeof attribute[0] === 'string') yield attribute[0];
  if (typeof attribute === 'string') yield attribute.split('.')[0] ?? '';
  const text: unknown = Array.isArray(value['Fn::Sub']) ? value['Fn::Sub'][0] : value['Fn::Sub'];
  if (typeof text === 'string') {
    for (const [, logicalId = ''] of text.matchAll(/\$\{([^.}]+)/g)) yield logicalId;
  }
  yield* refersTo(Object.values(value));
}

/** The parts of a template that an emulator would refuse, and what depends on them. */
export function leftOut(resources: Resources, emulator: EmulatorName): LeftOut[] {
  const out = new Map<string, LeftOut>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    const why = REFUSALS[emulator](resource);
    if (why !== undefined) out.set(logicalId, { logicalId, type: resource.Type, why });
  }
  for (let before = -1; before !== out.size; ) {
    before = out.size;
    for (const [logicalId, { Type: type, Properties }] of Object.entries(resources)) {
      const gone = [...refersTo(Properties)].find((other) => out.has(other));
      if (gone === undefined || out.has(logicalId)) continue;
      out.set(logicalId, { logicalId, type, why: `it refers to ${gone}, which is left out` });
    }
  }
  return [...out.values()];
}

/** The template without those resources: no output or dependency names one of them either. */
export function withoutResources(template: unknown, out: readonly LeftOut[]): unknown {
  const gone = new Set(out.map(({ logicalId }) => logicalId));
  if (gone.size === 0 || !isRecord(template)) return template;
  const { Resources, Outputs } = template;
  const kept = isRecord(Resources)
    ? Object.entries(Resources).filter(([logicalId]) => !gone.has(logicalId))
    : [];
  const outputs = isRecord(Outputs)
    ? Object.entries(Outputs).filter(
        ([, output]) => ![...refersTo(output)].some((id) => gone.has(id)),
      )
    : [];
  return {
    ...template,
    Resources: Object.fromEntries(kept.map(([id, one]) => [id, withoutDependencies(one, gone)])),
    Outputs: Object.fromEntries(outputs),
  };
}

function withoutDependencies(resource: unknown, gone: ReadonlySet<string>): unknown {
  if (!isRecord(resource) || resource['DependsOn'] === undefined) return resource;
  const { DependsOn, ...rest } = resource;
  const before: unknown[] = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
  const left = before.filter((id) => !(typeof id === 'string' && gone.has(id)));
  return left.length === 0 ? rest : { ...rest, DependsOn: left };
}
