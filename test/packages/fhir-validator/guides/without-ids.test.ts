/**
 * Elements of a differential need no ids: the order says which slice an element is of.
 * https://hl7.org/fhir/R4/profiling.html#slicing
 */
import type { StructureDefinition } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import { emitModule } from '../../../../packages/fhir-validator/compiler/emit-module.ts';
import { base, later } from '../support/base-definitions.ts';
import { by, guide, profile } from '../support/guide.ts';
import { coded } from '../support/guide-fixture.ts';

const POLICIES = {
  unknownExtension: 'warning',
  referenceTarget: 'error',
  unknownProfile: 'warning',
} as const;

const structures = [
  profile('sliced', 'Observation', [
    { id: 'Observation' },
    { id: 'Observation.category', ...by('pattern', '$this') },
    { id: 'Observation.category:a', sliceName: 'a', patternCodeableConcept: coded('a') },
    { id: 'Observation.category:a.text', min: 1 },
    { id: 'Observation.category:b', sliceName: 'b', patternCodeableConcept: coded('b') },
    { id: 'Observation.component', ...by('pattern', 'code'), min: 1 },
    { id: 'Observation.component:one', sliceName: 'one', min: 1 },
    { id: 'Observation.component:one.code', patternCodeableConcept: coded('a') },
    { id: 'Observation.component:one.interpretation', ...by('value', 'text') },
    { id: 'Observation.component:one.interpretation:high', sliceName: 'high', min: 1 },
    { id: 'Observation.component:one.interpretation:high.text', min: 1, fixedString: 'h' },
    { id: 'Observation.component:one.valueQuantity.unit', min: 1 },
    { id: 'Observation.component:two', sliceName: 'two', max: '1' },
    { id: 'Observation.component:two.code', patternCodeableConcept: coded('b') },
  ]),
];

const withoutIds = (structure: StructureDefinition): StructureDefinition => ({
  ...structure,
  differential: {
    element: (structure.differential?.element ?? []).map(({ id: _, ...each }) => each),
  },
});
const compiled = (of: readonly StructureDefinition[]) =>
  emitModule(base, [guide(of)], POLICIES, later()).guides.at(-1);

test('a profile without ids of elements is compiled as with them', () => {
  const [whole, bare] = [compiled(structures), compiled(structures.map(withoutIds))];
  expect(whole?.gaps).toEqual([]);
  expect(whole?.source).toContain('interpretation:high');
  expect(bare?.source).toBe(whole?.source);
  expect(bare?.gaps).toEqual([]);
});
