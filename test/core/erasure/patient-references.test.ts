import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { patientsNamed } from '../../../core/erasure/patient-references.ts';

const ids = (value: unknown) =>
  [...patientsNamed(typeof value === 'string' ? value : JSON.stringify(value)).patients].sort();
const reference = (text: string) => ({
  resourceType: 'Observation',
  id: 'o1',
  subject: { reference: text },
});

describe('a resource names a patient', () => {
  it.each([
    ['relative', 'Patient/p1'],
    ['absolute', 'https://fhir.example.org/r4/Patient/p1'],
    ['with a version', 'Patient/p1/_history/2'],
    ['with a fragment', 'Patient/p1#x'],
    ['conditional on its id in a URL', 'urn:x:Patient/p1'],
  ])('by a reference: %s', (_, text) => {
    expect(ids(reference(text))).toEqual(['p1']);
  });

  it.each([
    ['a type that ends in Patient', 'RelatedPatient/p1'],
    ['another type', 'Practitioner/p1'],
    ['a conditional reference', 'Patient?identifier=x|1'],
    ['a reference to a contained resource', '#p1'],
    ['the type alone', 'Patient/'],
  ])('and not by %s', (_, text) => {
    expect(ids(reference(text))).toEqual([]);
  });

  it('in an element of any name, in extensions, arrays and narratives too', () => {
    const resource = {
      resourceType: 'Appointment',
      text: { status: 'generated', div: '<div><a href="Patient/p1">x</a></div>' },
      extension: [{ url: 'https://x', valueReference: { reference: 'Patient/p2' } }],
      participant: [{ actor: { reference: 'Patient/p3' } }, { actor: { reference: 'Patient/p4' } }],
    };
    expect(ids(resource)).toEqual(['p1', 'p2', 'p3', 'p4']);
  });

  it('and not by a type or an id of more than the maximum length', () => {
    const long = { resourceType: 'Patient', id: 'y'.repeat(2_000) };
    expect(ids(long)).toEqual([]);
    expect(ids({ ...long, resourceType: 'x'.repeat(2_000) })).toEqual([]);
  });

  it('and not by an id that begins or ends like it', () => {
    expect(ids(reference('Patient/p1-x'))).toEqual(['p1-x']);
    expect(ids(reference('Patient/p1.2'))).toEqual(['p1.2']);
  });

  it('as the Patient itself, whose elements have their own ids', () => {
    const patient = {
      id: 'p1',
      resourceType: 'Patient',
      name: [{ id: '1', family: 'x' }],
      link: [{ other: { reference: 'Patient/p2' } }],
    };
    expect(patientsNamed(JSON.stringify(patient))).toEqual({
      patients: new Set(['p1', 'p2']),
      self: 'p1',
    });
    expect(patientsNamed(JSON.stringify(reference('Patient/p1')))).not.toHaveProperty('self');
  });

  it('in a Bundle, and not as a contained one', () => {
    const bundle = {
      resourceType: 'Bundle',
      id: 'b1',
      entry: [
        { fullUrl: 'https://x/Patient/p1', resource: { resourceType: 'Patient', id: 'p1' } },
        { resource: { resourceType: 'Patient', id: 'p2' } },
        { request: { method: 'DELETE', url: 'Patient/p3' } },
        {
          resource: {
            resourceType: 'Observation',
            id: 'o1',
            contained: [{ resourceType: 'Patient', id: 'c1', contact: [{ id: 'c2' }] }],
          },
        },
      ],
    };
    expect(ids(bundle)).toEqual(['p1', 'p2', 'p3']);
    expect(patientsNamed(JSON.stringify(bundle))).not.toHaveProperty('self');
  });
});

describe('a text that is not JSON, or that hides a reference', () => {
  it('names patients as far as it can be read', () => {
    expect(ids('{"resourceType":"Patient","id":"p1","name":[{')).toEqual(['p1']);
    expect(ids('{"subject":{"reference":"Patient/p2')).toEqual(['p2']);
    expect(ids(']]}}{"reference" : "Patient/p3"}')).toEqual(['p3']);
    expect(ids('')).toEqual([]);
  });

  it('names patients outside of strings, in their names, and in XML', () => {
    expect(ids('Patient/p1')).toEqual(['p1']);
    expect(ids('of Patient/p1: 5" long, Patient/p2\nPatient/p3')).toEqual(['p1', 'p2', 'p3']);
    expect(ids('"x" Patient/p1, "y", Patient/p2 "z"')).toEqual(['p1', 'p2']);
    expect(ids({ 'Patient/p1': 'x' })).toEqual(['p1']);
    expect(ids("<Observation><subject><reference value='Patient/p1'/></subject>")).toEqual(['p1']);
    const patient = (id: string) =>
      `<Patient xmlns="http://hl7.org/fhir">\n  <id value="${id}"/><name/></Patient>`;
    expect(ids(patient('p1'))).toEqual(['p1']);
    const bundle = `<?xml version="1.0"?><f:entry><f:Patient><f:id value = 'p2'/></f:Patient>${patient('p1')}`;
    expect(ids(bundle)).toEqual(['p1', 'p2']);
    expect(ids('<PatientList><id value="p1"/></PatientList>')).toEqual([]);
    expect(ids({ text: '<Patient><id value="p1"/>' })).toEqual([]);
  });

  it('R62: is read in linear time, whatever it is', () => {
    const long = (text: string) => text.repeat((1024 * 1024) / text.length);
    const texts = ['Patient/', '<Patient ', '<Patient>', 'Patient/"', '<a:Patient\n>  ', '<-'].map(
      long,
    );
    const startedAt = performance.now();
    for (const text of texts) ids(text);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('is read with its escapes', () => {
    expect(ids('{"reference":"Patient\\/p1"}')).toEqual(['p1']);
    expect(ids('{"reference":"\\u0050atient\\u002Fp1"}')).toEqual(['p1']);
    expect(ids('{"\\u0069d":"p\\u0031","resource\\u0054ype":"Patient"}')).toEqual(['p1']);
    expect(ids('{"text":"\\\\u0050atient/p1"}')).toEqual([]);
    // What is no escape stands for itself.
    expect(ids('{"text":"\\Patient\\/p\\u1"}')).toEqual(['pu1']);
    expect(ids('{"text":"Patient/p1\\')).toEqual(['p1']);
  });

  it('is read with its lines, as a note or a narrative has them', () => {
    expect(ids({ text: 'see\nPatient/p1\nand\tPatient/p2\r\nand\fPatient/p3\b' })).toEqual([
      ...['p1', 'p2', 'p3'],
    ]);
  });

  it('names nobody in a property or id longer than FHIR’s', () => {
    const long = 'x'.repeat(700);
    expect(ids({ resourceType: 'Patient', id: long, [long]: 'Patient/p1' })).toEqual(['p1']);
    expect(ids({ resourceType: 'Patient', [long]: 'x' })).toEqual([]);
  });

  it('is searched for strings at any depth', () => {
    const deep = `${'['.repeat(5_000)}{"resourceType":"Patient","id":"p0","r":"Patient/p1"}${']'.repeat(5_000)}`;
    expect(ids(`{"resourceType":"Patient","x":${deep},"id":"p2"}`)).toEqual(['p1', 'p2']);
  });
});

test('R62: is scanned in one pass without a throw, whatever it is', () => {
  const pieces = ['{', '[', '}', ']', '"', '\\', ':', ',', 'Patient/', '"id":"x"', '\\u', ' '];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 200 }), (parts) => {
      patientsNamed(parts.join(''));
    }),
  );
});

test('finds what a walk over parsed JSON finds (property)', () => {
  const id = fc.stringMatching(/^[a-z0-9]{1,5}$/);
  const beside = fc.constantFrom('', '\n', '\t', '\\', '"', 'é', '\u0000', ' ', '\u2028');
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.tuple(beside, id, beside).map(([before, each, after]) => `${before}Patient/${each}${after}`),
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'reference', 'item'), tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (value) => {
      const expected = new Set<string>();
      const walk = (node: unknown): void => {
        if (typeof node === 'string') {
          const [, found] = /^\W?Patient\/([a-z0-9]+)\W?$/u.exec(node) ?? [];
          if (found !== undefined) expected.add(found);
        } else if (typeof node === 'object' && node !== null) Object.values(node).forEach(walk);
      };
      walk(value);
      const { patients } = patientsNamed(JSON.stringify({ value }));
      for (const each of expected) expect(patients).toContain(each);
    }),
  );
});
