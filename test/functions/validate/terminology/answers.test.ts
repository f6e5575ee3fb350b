import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  startTerminology,
  type TerminologyServer,
} from '../../../../demo/downstream/terminology.ts';
import { skipTime } from '../../../support/clock.ts';
import { deliver, send } from '../../../support/delivery.ts';
import { failCalls } from '../../../support/faults.ts';
import type { Functions } from '../../../support/functions.ts';
import { patient } from '../../../support/resources.ts';
import { itemsOf } from '../../../support/stores.ts';
import {
  buildTerminologyWorld,
  loadValidate,
  measured,
  photographed,
} from '../../../support/terminology.ts';
import { outcomesTold } from '../../../support/told.ts';
import { useEmulators } from '../../../support/use-emulators.ts';
import type { World } from '../../../support/world.ts';

const HOUR = 3_600_000;

useEmulators();
let server: TerminologyServer;
let world: World;
let functions: Functions;

beforeEach(async () => {
  server = await startTerminology();
  world = await buildTerminologyWorld(server.endpoint);
  functions = await loadValidate();
});
afterEach(async () => {
  await functions.close();
  await server.stop();
});

/** Submits and delivers; returns what producers got, by verdict and issues of codes. */
async function submit(...bodies: string[]) {
  for (const body of bodies) await send(world.queues.lane, body);
  const delivery = await deliver(functions.validate, world.queues.lane);
  expect(delivery?.failed).toEqual([]);
  const told = await outcomesTold(world);
  return told.map(({ verdict, issues }) => [
    verdict,
    ...issues.map(({ severity, code, expression }) => `${severity} ${code} ${expression}`),
  ]);
}

async function anotherEnvironment(): Promise<void> {
  await functions.close();
  functions = await loadValidate();
}

const PHOTO = 'Patient.photo[0].contentType';
const STORED = ['stored'];
const UNVERIFIED = ['stored', `information incomplete ${PHOTO}`];
const REJECTED = ['rejected', `error code-invalid ${PHOTO}`];

describe('the server decides what the definitions do not', () => {
  test('a code in the set gives no issue', async () => {
    expect(await submit(photographed('a'))).toEqual([STORED]);
    expect(await submit(measured('b', 'kg'))).toEqual([STORED]);
    expect(server.asked).toEqual(['image/png', 'kg']);
  });

  test('R07: a code outside the set of a required binding is rejected, with the reason', async () => {
    expect(await submit(photographed('a', 'image/nonsense'))).toEqual([REJECTED]);
    const [entry] = await itemsOf(world.tables.quarantine);
    expect(entry).toMatchObject({
      kind: 'rejection',
      reason: `code-invalid at ${PHOTO}: fhir-r4/required-binding`,
    });
    const { issue } = JSON.parse(String(entry?.['outcome']));
    expect(issue).toEqual([
      {
        severity: 'error',
        code: 'code-invalid',
        details: {
          coding: [{ system: 'https://fhir-failsafe.dev/rules', code: 'fhir-r4/required-binding' }],
        },
        diagnostics:
          "'image/nonsense' is not in the value set http://hl7.org/fhir/ValueSet/mimetypes",
        expression: [PHOTO],
      },
    ]);
  });

  test('a code outside the set of an extensible binding is stored, with a warning', async () => {
    expect(await submit(measured('a', 'nonsense'))).toEqual([
      ['stored', 'warning code-invalid ObservationDefinition.quantitativeDetails.unit'],
    ]);
  });

  test('a code that the server does not know either is stored, and reported as unverified', async () => {
    const jurisdiction = [{ coding: [{ system: 'urn:iso:std:iso:3166', code: 'DE' }] }];
    const resource = { resourceType: 'Library', status: 'draft', jurisdiction };
    const type = {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' },
      ],
    };
    const [told] = await submit(JSON.stringify({ ...resource, type }));
    expect(told).toContain('information incomplete Library.jurisdiction[0]');
    expect(told?.[0]).toBe('stored');
  });

  test('the server is not asked if there is nothing to ask', async () => {
    expect(await submit(patient())).toEqual([STORED]);
    expect(server.counts.ok).toBe(0);
    expect(await itemsOf(world.tables.breakers)).toEqual([]);
  });
});

describe('an answer serves many', () => {
  test('with one question for a batch, and none for the next', async () => {
    const told = await submit(...['a', 'b', 'c', 'd', 'e'].map((id) => photographed(id)));
    expect(told).toEqual([STORED, STORED, STORED, STORED, STORED]);
    expect(server.asked).toEqual(['image/png']);
    expect(await submit(photographed('f'))).toEqual([STORED]);
    expect(server.asked).toHaveLength(1);
  });

  test('R08: other environments get it from the table, which has no code in it', async () => {
    await submit(photographed('a', 'image/nonsense'));
    await anotherEnvironment();
    expect(await submit(photographed('b', 'image/nonsense'))).toEqual([REJECTED]);
    expect(server.asked).toHaveLength(1);
    const items = await itemsOf(world.tables.terminology);
    expect(items).toEqual([
      {
        pk: expect.stringMatching(/^[0-9a-f]{64}$/),
        answer: 'not-in-set',
        checkedAt: expect.any(Number),
        expiresAt: expect.any(Number),
      },
    ]);
    expect(Number(items[0]?.['expiresAt']) * 1_000).toBeGreaterThan(Date.now() + 29 * 24 * HOUR);
  });

  test('until it is a day old, or an hour for a no', async () => {
    await submit(photographed('a'), photographed('b', 'image/nonsense'));
    skipTime(2 * HOUR);
    await submit(photographed('a'), photographed('b', 'image/nonsense'));
    expect(server.asked.toSorted()).toEqual(['image/nonsense', 'image/nonsense', 'image/png']);
    skipTime(23 * HOUR);
    await submit(photographed('a'));
    expect(server.asked).toHaveLength(4);
  });

  test('the server is asked without the table too', async () => {
    const onAnswers = (_: string, input: Record<string, unknown>) =>
      input['TableName'] === world.tables.terminology;
    failCalls(functions, 'hastyDynamo', onAnswers);
    expect(await submit(photographed('a'), photographed('b', 'image/nonsense'))).toHaveLength(2);
    expect(server.asked).toHaveLength(2);
    expect(await itemsOf(world.tables.resources)).toHaveLength(1);
  });
});

describe('while the server cannot be asked', () => {
  test('an old yes is accepted, an old no rejects nothing', async () => {
    await submit(photographed('a'), photographed('b', 'image/nonsense'));
    skipTime(25 * HOUR);
    server.setMode('stop');
    expect(await submit(photographed('a'))).toEqual([STORED]);
    expect(await submit(photographed('b', 'image/nonsense'))).toEqual([UNVERIFIED]);
    await anotherEnvironment();
    expect(await submit(photographed('c'))).toEqual([STORED]);
  });

  test('a yes of a month ago is not accepted', async () => {
    await submit(photographed('a'));
    skipTime(31 * 24 * HOUR);
    server.setMode('stop');
    expect(await submit(photographed('a'))).toEqual([UNVERIFIED]);
  });
});
