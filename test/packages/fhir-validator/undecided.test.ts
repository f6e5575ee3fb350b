import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { validateResource, validateText } from '../../../packages/fhir-validator/validator.ts';
import { guide, profile } from './support/guide.ts';
import { observation } from './support/patient.ts';
import { compiledGuides, compiledWith } from './support/profiled.ts';

const PNG = { system: 'urn:ietf:bcp:13', code: 'image/png' };
const MIME = 'http://hl7.org/fhir/ValueSet/mimetypes';
const patient = (rest: object) => ({ resourceType: 'Patient', text: NARRATIVE, ...rest });
const NARRATIVE = {
  status: 'generated',
  div: '<div xmlns="http://www.w3.org/1999/xhtml">A patient</div>',
};
const photos = (...types: string[]) =>
  patient({ photo: types.map((contentType) => ({ contentType })) });
const located = (...coding: object[]) => ({
  resourceType: 'ResearchStudy',
  text: NARRATIVE,
  status: 'active',
  location: [{ coding }],
});
const asked = (resource: Record<string, unknown>, issuesMax = 100) =>
  validateResource(resource, { undecided: true, issuesMax }).issues;

describe('a binding that the definitions cannot decide', () => {
  test('is reported with its place if somebody can ask', () => {
    expect(asked(photos('image/png', 'image/gif'))).toMatchObject([
      {
        severity: 'information',
        code: 'incomplete',
        text: 'The code was not verified',
        expression: 'Patient.photo[0].contentType',
        undecided: {
          valueSet: MIME,
          strength: 'required',
          codings: [PNG],
          otherwise: `'image/png' is not in the value set ${MIME}`,
        },
      },
      { expression: 'Patient.photo[1].contentType' },
    ]);
  });

  test('is no issue if nobody can ask', () => {
    expect(validateResource(photos('image/png')).issues).toEqual([]);
    expect(validateText(JSON.stringify(located(PNG))).issues).toEqual([]);
  });

  test('reports a concept’s codings, without their displays', () => {
    const coding = { system: 'http://x', version: '1', code: 'N', display: 'Jane Doe' };
    expect(
      asked(located(coding, { code: 'no system' }, { system: 'http://no-code' })),
    ).toMatchObject([
      {
        expression: 'ResearchStudy.location[0]',
        undecided: {
          strength: 'extensible',
          codings: [{ system: 'http://x', version: '1', code: 'N' }],
          otherwise: expect.stringContaining('No coding is in the extensible value set'),
        },
      },
    ]);
    expect(asked(located(coding))[0]?.undecided?.codings).toEqual([
      { system: 'http://x', version: '1', code: 'N' },
    ]);
  });

  test('is not reported without a code, and a code of a wrong type is an error', () => {
    expect(asked(located({ display: 'only words' }))).toEqual([]);
    expect(asked(photos(' x'))).toMatchObject([{ severity: 'error', code: 'value' }, {}]);
  });

  test('with a code that is too long, or one of too many, is reported as left out', () => {
    const resource = located(
      ...Array.from({ length: 5 }, (_, n) => ({ system: 'http://s', code: `${n}` })),
    );
    const leftOut = { severity: 'information', code: 'incomplete', expression: 'Patient' };
    expect(asked(resource)).toMatchObject([
      { ...leftOut, expression: 'ResearchStudy', text: expect.stringContaining(': 1') },
    ]);
    expect(asked(photos('x'.repeat(129)))).toMatchObject([leftOut]);
    const many = asked(photos(...Array.from({ length: 70 }, () => 'image/png')));
    expect(many.filter((issue) => issue.undecided)).toHaveLength(64);
    expect(many.at(-1)).toMatchObject({ ...leftOut, text: expect.stringContaining(': 6') });
  });

  test('R07: does not displace errors', () => {
    const resource = {
      ...photos(...Array.from({ length: 20 }, () => 'image/png')),
      birthDate: 'x',
      gender: 'y',
    };
    const errors = asked(resource, 2).filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(2);
  });
});

describe('a profile of a package', () => {
  const BASE = 'http://example.org/fhir';
  let lab: Awaited<ReturnType<typeof compiledWith>>;
  beforeAll(async () => {
    const folder = fileURLToPath(new URL('terminology-package', import.meta.url));
    lab = await compiledWith(folder, 'with-lab');
  });
  const glucose = { system: 'http://loinc.org', code: '2339-0' };
  const arm = { system: 'http://snomed.info/sct', code: '40983000' };
  const observed = observation({
    meta: { profile: [`${BASE}/StructureDefinition/lab-observation`] },
    extension: [
      { url: `${BASE}/StructureDefinition/organism`, valueCodeableConcept: { coding: [arm] } },
    ],
    code: { coding: [glucose] },
    bodySite: { coding: [arm] },
  });

  test('reports its bindings, and those of its extensions', () => {
    const questions = lab.validate(observed, true).filter((issue) => issue.undecided);
    expect(questions.map(({ expression, undecided }) => [expression, undecided])).toMatchObject([
      [
        'Observation.extension[0].value.ofType(CodeableConcept)',
        { strength: 'required', valueSet: `${BASE}/ValueSet/sites` },
      ],
      ['Observation.code', { strength: 'required', valueSet: `${BASE}/ValueSet/lab-codes` }],
      ['Observation.bodySite', { strength: 'extensible', codings: [arm] }],
    ]);
    expect(lab.validate(observed).some((issue) => issue.undecided)).toBe(false);
  });

  test('does not report again what its base reports', async () => {
    const valueSet = 'http://hl7.org/fhir/ValueSet/jurisdiction';
    const study = profile('study', 'ResearchStudy', [
      { id: 'ResearchStudy.location', binding: { strength: 'extensible', valueSet } },
    ]);
    const { validate } = await compiledGuides([guide([study])], 'with-study');
    const questions = validate({ ...located(arm), meta: { profile: [study.url] } }, true);
    expect(questions.filter((issue) => issue.undecided)).toHaveLength(1);
  });
});
