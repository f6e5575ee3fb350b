/**
 * Ways to break an accepted resource, each in exactly one known way. A mutation changes the object that has
 * the element and returns the expression that the error must have, or undefined if it does not apply.
 */
import type { Json, Site } from './sites.ts';

export interface Mutation {
  readonly name: string;
  readonly apply: (parent: Json, site: Site) => string | undefined;
}

const first = ({ at, value }: Site): string => (Array.isArray(value) ? `${at}[0]` : at);
const isComplex = ({ isPrimitive, use }: Site): boolean => !isPrimitive && use.type !== 'Resource';
const isXhtml = ({ use }: Site): boolean => use.code === 'xhtml';

/** Replaces a primitive of certain types with a value. */
function replaced(name: string, types: string, value: unknown): Mutation {
  const codes = types.split(' ');
  return {
    name: `${types}: ${name}`,
    apply(parent, site) {
      if (!site.isPrimitive || !codes.includes(site.use.code)) return undefined;
      const before = Array.isArray(site.value) ? site.value[0] : site.value;
      if (before === null) return undefined;
      parent[site.key] = Array.isArray(site.value) ? [value, ...site.value.slice(1)] : value;
      return first(site);
    },
  };
}

export const STRUCTURE: Mutation[] = [
  {
    name: 'an unknown property',
    apply(parent, site) {
      parent['nonsense'] = 1;
      return site.parent;
    },
  },
  {
    name: 'a required element missing',
    apply(parent, site) {
      if (site.element.min === 0) return undefined;
      delete parent[site.key];
      delete parent[`_${site.key}`];
      return site.parent;
    },
  },
  {
    name: 'one item instead of an array',
    apply(parent, site) {
      if (!Array.isArray(site.value)) return undefined;
      parent[site.key] = site.value[0] ?? 'x';
      return site.at;
    },
  },
  {
    name: 'an array instead of one item',
    apply(parent, site) {
      if (Array.isArray(site.value)) return undefined;
      parent[site.key] = [site.value];
      return site.at;
    },
  },
  {
    name: 'an empty array',
    apply(parent, site) {
      if (!Array.isArray(site.value)) return undefined;
      parent[site.key] = [];
      return site.at;
    },
  },
  {
    name: 'an empty object',
    apply(parent, site) {
      if (!isComplex(site)) return undefined;
      parent[site.key] = Array.isArray(site.value) ? [{}] : {};
      return first(site);
    },
  },
  {
    name: 'a string instead of an object',
    apply(parent, site) {
      if (site.isPrimitive) return undefined;
      parent[site.key] = Array.isArray(site.value) ? ['x'] : 'x';
      return first(site);
    },
  },
  {
    name: 'an object instead of a primitive',
    apply(parent, site) {
      if (!site.isPrimitive) return undefined;
      parent[site.key] = Array.isArray(site.value) ? [{ value: 1 }] : { value: 1 };
      return first(site);
    },
  },
  {
    name: 'null',
    apply(parent, site) {
      if (Array.isArray(site.value)) return undefined;
      parent[site.key] = null;
      return site.at;
    },
  },
  {
    name: 'null in an array',
    apply(parent, site) {
      if (!Array.isArray(site.value) || parent[`_${site.key}`] !== undefined) return undefined;
      parent[site.key] = [...site.value, null];
      return `${site.at}[${site.value.length}]`;
    },
  },
  {
    name: 'an array in an array',
    apply(parent, site) {
      if (!Array.isArray(site.value)) return undefined;
      parent[site.key] = [[site.value[0]]];
      return first(site);
    },
  },
  {
    name: 'two types of a choice',
    apply(parent, site) {
      const other = site.element.types.find((each) => each.code !== site.use.code);
      if (!site.element.isChoice || !other) return undefined;
      const suffix = other.code.charAt(0).toUpperCase() + other.code.slice(1);
      parent[`${site.element.name}${suffix}`] = 'x';
      return `${site.parent}.${site.element.name}`;
    },
  },
  {
    name: 'a sibling of no value, without extensions',
    apply(parent, site) {
      if (!site.isPrimitive || !Array.isArray(site.value)) return undefined;
      parent[`_${site.key}`] = [...site.value.map(() => null), { id: 'a' }];
      return `${site.at}[${site.value.length}]`;
    },
  },
  {
    name: 'a sibling with unknown property',
    apply(parent, site) {
      if (!hasSibling(site) || Array.isArray(site.value)) return undefined;
      parent[`_${site.key}`] = { value: 'x' };
      return site.at;
    },
  },
  {
    name: 'an empty sibling',
    apply(parent, site) {
      if (!hasSibling(site) || Array.isArray(site.value)) return undefined;
      parent[`_${site.key}`] = {};
      return site.at;
    },
  },
  {
    name: 'an unknown resource type inside',
    apply(parent, site) {
      if (site.use.type !== 'Resource') return undefined;
      const other = { resourceType: 'Nonsense' };
      parent[site.key] = Array.isArray(site.value) ? [other, ...site.value.slice(1)] : other;
      return first(site);
    },
  },
];

function hasSibling(site: Site): boolean {
  const { isPrimitive, element } = site;
  return isPrimitive && element.name !== 'id' && element.path !== 'Extension.url' && !isXhtml(site);
}

const TEXTS = 'string markdown code id uri url canonical date dateTime instant time';

export const PRIMITIVES: Mutation[] = [
  replaced('empty', TEXTS, ''),
  replaced('a number', TEXTS, 1),
  replaced('a control character', 'string markdown code id uri', 'a\u0001b'),
  replaced('in quotes', 'boolean', 'true'),
  replaced('in quotes', 'integer positiveInt unsignedInt decimal', '1'),
  replaced('a fraction', 'integer positiveInt unsignedInt', 1.5),
  replaced('too large', 'integer positiveInt unsignedInt', 2 ** 31),
  replaced('zero', 'positiveInt', 0),
  replaced('negative', 'unsignedInt positiveInt', -1),
  replaced('not finite', 'decimal', Number.POSITIVE_INFINITY),
  replaced('two spaces', 'code', 'a  b'),
  replaced('a space at the end', 'code', 'a '),
  replaced('65 characters', 'id', 'a'.repeat(65)),
  replaced('an underscore', 'id', 'a_b'),
  replaced('a space', 'uri url canonical', 'http://a b'),
  replaced('an upper-case UUID', 'uri', 'urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311'),
  replaced('a bad OID', 'uri', 'urn:oid:9.1'),
  replaced('whitespace within a group', 'base64Binary', 'QU JDREVG'),
  replaced('no padding', 'base64Binary', 'QUI'),
  replaced('30 February', 'date dateTime', '2024-02-30'),
  replaced('29 February of no leap year', 'date dateTime', '2023-02-29'),
  replaced('the year 0000', 'date dateTime', '0000'),
  replaced('month 13', 'date dateTime', '2024-13'),
  replaced('a time', 'date', '2024-02-03T10:00:00Z'),
  replaced('no zone', 'dateTime instant', '2024-02-03T10:00:00'),
  replaced('no seconds', 'dateTime instant', '2024-02-03T10:00Z'),
  replaced('hour 24', 'dateTime instant', '2024-02-03T24:00:00Z'),
  replaced('zone +15:00', 'dateTime instant', '2024-02-03T10:00:00+15:00'),
  replaced('only a date', 'instant', '2024-02-03'),
  replaced('no seconds', 'time', '10:00'),
];

const BINDINGS: Mutation[] = [
  {
    name: 'a code that is not in the required value set',
    apply(parent, site) {
      if (site.use.code !== 'code' || !isRequired(site)) return undefined;
      parent[site.key] = Array.isArray(site.value) ? ['nonsense'] : 'nonsense';
      return first(site);
    },
  },
  {
    name: 'a required code given only as extension',
    apply(parent, site) {
      if (site.use.code !== 'code' || !isRequired(site)) return undefined;
      if (Array.isArray(site.value)) return undefined;
      delete parent[site.key];
      parent[`_${site.key}`] = { extension: [{ url: 'http://example.org/x', valueCode: 'a' }] };
      return site.at;
    },
  },
  {
    name: 'a concept of which no coding is in the required value set',
    apply(parent, site) {
      if (site.use.code !== 'CodeableConcept' || !isRequired(site)) return undefined;
      const other = { coding: [{ system: 'http://example.org/x', code: 'x' }] };
      parent[site.key] = Array.isArray(site.value) ? [other] : other;
      return first(site);
    },
  },
];

/** Value sets that are open, or not in the package. */
const UNDECIDED = /mimetypes|currencies|ucum|all-languages|loinc\.org|languages/;

function isRequired({ element }: Site): boolean {
  return element.binding?.strength === 'required' && !UNDECIDED.test(element.binding.valueSet);
}

export const MUTATIONS = [...STRUCTURE, ...PRIMITIVES, ...BINDINGS];
