/**
 * The numbers of a profile's elements. They become code of the compiled module, so nothing else may stand in their
 * place.
 */
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';

const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;

const NUMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  min: isCount,
  max: (value) => typeof value === 'string' && /^(?:\*|\d+)$/.test(value),
  maxLength: isCount,
};

/** The first that is none, such as `max of Patient.name`. */
export function wrongNumber(structure: StructureDefinition): string | undefined {
  const { snapshot, differential } = structure;
  for (const list of [snapshot?.element, differential?.element]) {
    if (list !== undefined && !Array.isArray(list)) return 'its elements, which are no list';
    for (const element of list ?? []) {
      const wrong = wrongIn(element);
      if (wrong !== undefined) return `${wrong} of ${element.id ?? element.path}`;
    }
  }
  return undefined;
}

function wrongIn(element: ElementDefinition): string | undefined {
  const said = element as unknown as Readonly<Record<string, unknown>>;
  return Object.keys(NUMBERS).find(
    (name) => said[name] !== undefined && !NUMBERS[name]?.(said[name]),
  );
}
