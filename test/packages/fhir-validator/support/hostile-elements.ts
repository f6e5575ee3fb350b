/**
 * A family of inputs for each repeating element of the model: n items, each with all that it may have, and
 * each different. So each invariant of the specification gets a long list.
 */
import {
  type ElementModel,
  jsonName,
  type TypeModel,
  type TypeUse,
} from '../../../../packages/fhir-validator/compiler/type-model.ts';
import type { Family } from './hostile-inputs.ts';

type Value = Record<string, unknown>;

/** How deep an item is filled. */
const FILLED_DEPTH = 2;

const SAMPLES: Readonly<Record<string, (i: number) => unknown>> = {
  boolean: (i) => i % 2 === 0,
  integer: (i) => i,
  positiveInt: (i) => i + 1,
  unsignedInt: (i) => i,
  decimal: (i) => i,
  date: () => '2024-01-01',
  dateTime: () => '2024-01-01',
  instant: () => '2024-01-01T00:00:00Z',
  time: () => '10:00:00',
  base64Binary: () => 'QUJD',
  xhtml: () => '<div xmlns="http://www.w3.org/1999/xhtml">a</div>',
  oid: (i) => `urn:oid:1.2.${i}`,
  uuid: () => 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311',
};

export function elementFamilies(model: TypeModel): Family[] {
  const resources = [...model.values()].filter((each) => each.kind === 'resource');
  const families = new Map<string, Family>();
  for (const { name, isAbstract } of resources) {
    if (isAbstract) continue;
    for (const way of repeating(name, [], model)) {
      const path = way.map(({ element, use }) => jsonName(element, use)).join('.');
      const key = way.at(-1)?.element.path ?? '';
      if (families.has(key)) continue;
      const make = (size: number) => JSON.stringify(holder(name, way, size, model));
      families.set(key, { name: `element: ${name}.${path}`, make });
    }
  }
  return [...families.values()];
}

interface Step {
  readonly element: ElementModel;
  readonly use: TypeUse;
}

/** Paths from a type to its repeating elements. */
function repeating(type: string, before: readonly Step[], model: TypeModel): Step[][] {
  const found: Step[][] = [];
  for (const element of model.get(type)?.elements ?? []) {
    for (const use of element.types.slice(0, 1)) {
      const way = [...before, { element, use }];
      if (element.isArray) found.push(way);
      const isKnown = before.some((each) => each.use.type === use.type) || use.type === 'Extension';
      if (!isKnown && way.length < 5 && model.get(use.type)?.kind !== 'primitive') {
        found.push(...repeating(use.type, way, model));
      }
    }
  }
  return found;
}

function holder(type: string, way: readonly Step[], size: number, model: TypeModel): Value {
  const value: Value = model.get(type)?.kind === 'resource' ? { resourceType: type } : {};
  const [step, ...further] = way;
  if (step === undefined) return value;
  const key = jsonName(step.element, step.use);
  if (further.length > 0) {
    const inner = holder(step.use.type, further, size, model);
    value[key] = step.element.isArray ? [inner] : inner;
  } else {
    value[key] = Array.from({ length: size }, (_, i) => item(step.use, i, FILLED_DEPTH, model));
  }
  return value;
}

function item(use: TypeUse, i: number, depth: number, model: TypeModel): unknown {
  const definition = model.get(use.type);
  if (definition?.kind === 'primitive') {
    return (SAMPLES[use.type] ?? ((n: number) => `a${n}`))(i);
  }
  if (use.type === 'Resource') return { resourceType: 'Basic', id: `a${i}`, code: { text: 'a' } };
  const value: Value = {};
  for (const element of definition?.elements ?? []) {
    const [first] = element.types;
    if (first === undefined || ['extension', 'modifierExtension', 'id'].includes(element.name)) {
      continue;
    }
    const isPrimitive = model.get(first.type)?.kind === 'primitive';
    if (!isPrimitive && depth === 0) continue;
    const inner = item(first, i, depth - 1, model);
    value[jsonName(element, first)] = element.isArray ? [inner] : inner;
  }
  return value;
}
