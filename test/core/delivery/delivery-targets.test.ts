import { describe, expect, test } from 'vitest';
import {
  fhirServers,
  idPrefixSchema,
  isFhirServer,
  type Places,
  placesSchema,
  sourceOfKey,
  targetOf,
} from '../../../core/delivery/delivery-targets.ts';

const shared = { endpoint: 'https://fhir.example.org/r4/', tokenSecretArn: 'arn:shared' };
const places: Places = {
  'hospital-a': { idPrefix: 'a-' },
  lab: { endpoint: 'https://lab.example.org/fhir//', tokenSecretArn: 'arn:lab' },
};

describe('R51: a source has its own target at the FHIR server', () => {
  test('below its prefix, at a shared server', () => {
    expect(targetOf('hospital-a', shared, places)).toEqual({
      service: 'fhir-server',
      endpoint: 'https://fhir.example.org/r4',
      idPrefix: 'a-',
      tokenSecretArn: 'arn:shared',
    });
  });

  test('or at its own server, with its own breaker and token', () => {
    expect(targetOf('lab', shared, places)).toEqual({
      service: 'fhir-server-lab',
      endpoint: 'https://lab.example.org/fhir',
      idPrefix: '',
      tokenSecretArn: 'arn:lab',
    });
  });

  test.each(['default', 'unknown', 'toString', '__proto__', ''])('%j has no target', (source) => {
    expect(targetOf(source, shared, places)).toBeUndefined();
  });

  test('a prefix without a server is not used', () => {
    expect(targetOf('hospital-a', { endpoint: undefined }, places)).toBeUndefined();
  });

  test('without targets everything goes unchanged to one server', () => {
    expect(targetOf('anybody', shared, undefined)).toMatchObject({
      service: 'fhir-server',
      idPrefix: '',
    });
  });
});

test('there is a breaker for each server', () => {
  expect(fhirServers(shared, places)).toEqual(['fhir-server', 'fhir-server-lab']);
  expect(fhirServers({ endpoint: undefined }, places)).toEqual(['fhir-server-lab']);
  expect(fhirServers(shared, undefined)).toEqual(['fhir-server']);
  expect(fhirServers({ endpoint: undefined }, undefined)).toEqual([]);
  expect(['fhir-server', 'fhir-server-lab', 'fhir-servers'].map(isFhirServer)).toEqual([
    true,
    true,
    false,
  ]);
});

test('a key of Resources contains its source', () => {
  expect(sourceOfKey('hospital-a#Patient#p1')).toBe('hospital-a');
  expect(sourceOfKey('')).toBe('');
});

test('a UUID fits behind every prefix', () => {
  const parses = (prefix: string) => idPrefixSchema.safeParse(prefix).success;
  expect(parses('a'.repeat(28))).toBe(true);
  for (const bad of ['', 'a'.repeat(29), 'a_', 'a/', 'é']) expect(parses(bad)).toBe(false);
  expect(placesSchema.safeParse({ a: {} }).success).toBe(false);
});
