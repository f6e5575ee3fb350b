/**
 * Random instances of a type, with the elements and the values that an expression names, so that a few
 * hundred instances reach every branch of it.
 */
import {
  type ElementModel,
  jsonName,
  type TypeDefinition,
} from '../../../../packages/fhir-validator/compiler/type-model.ts';
import { types } from '../support/base-definitions.ts';
import type { Context } from './invariants.ts';
import { contextsOf, type Place } from './walk.ts';

export type Random = () => number;
type JsonObject = Record<string, unknown>;

const DATES = ['2012', '2012-05', '2012-05-03', '2012-06-01', '2013'];
const TIMES = ['2012-05-03T10:00:00Z', '2012-05-03T09:00:00Z', '2012-05-03T10:00:00.000Z'];
const STRINGS = ['a', '#a', '#', 'http://unitsofmeasure.org', '%', '2', '*', 'A.b[x]', 'A b'];
const UNITS: ReadonlySet<string> = new Set(['value', 'unit', 'code', 'system']);
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  integer: [0, 1, 2, -1],
  positiveInt: [1, 2],
  unsignedInt: [0, 1, 2],
  decimal: [0, 1, 1.5, -1, 101],
  date: DATES,
  dateTime: [...DATES, ...TIMES],
  instant: TIMES,
  base64Binary: ['YQ=='],
};

export class Generator {
  readonly #random: Random;
  readonly #words: ReadonlySet<string>;
  readonly #quoted: readonly string[];
  /** How likely an element is present. For some rules the interesting instances are nearly empty. */
  #density = 0.5;

  readonly #invariant: Place;

  constructor(invariant: Place, next: Random) {
    this.#random = next;
    this.#invariant = invariant;
    const { expression, path } = invariant;
    const implied = expression.includes('%rootResource') ? ['contained'] : [];
    const steps = path.replace('[x]', '').split('.').slice(1);
    this.#words = new Set([...(expression.match(/[A-Za-z]\w*/g) ?? []), ...steps, ...implied]);
    const quoted = [...expression.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text ?? '');
    this.#quoted = quoted;
  }

  /** The places in one random instance where the invariant is evaluated. */
  contexts(): Context[] {
    this.#density = this.#pick([0.15, 0.5, 0.9]) ?? 0.5;
    const name = this.#invariant.path.split('.')[0] ?? '';
    const made = this.#instance(name, 0);
    if (types.get(name)?.kind === 'resource') return contextsOf(made, this.#invariant);
    const container = { resourceType: 'Basic', contained: [{ resourceType: 'Patient', id: 'a' }] };
    return contextsOf(container, this.#invariant, { value: made, type: name });
  }

  #instance(name: string, depth: number): JsonObject {
    const type = types.get(name);
    if (type === undefined) throw new Error(`no type ${name}`);
    const made: JsonObject = type.kind === 'resource' ? { resourceType: name } : {};
    for (const element of type.elements) {
      if (this.#isWanted(element, type, depth) && this.#random() < this.#density) {
        this.#add(element, made, depth);
      }
    }
    return made;
  }

  #isWanted({ name, types: uses }: ElementModel, type: TypeDefinition, depth: number): boolean {
    if (depth > 5) return false;
    if (name === 'contained') return depth < 2 && this.#words.has('contained');
    if (type.name.endsWith('Quantity')) return UNITS.has(name);
    if (name === 'extension') return this.#words.has(name) && depth < 2;
    if (this.#words.has(name)) return true;
    // The elements that lead to named elements further down.
    return type.kind !== 'primitive' && depth < 4 && uses.some((use) => this.#leads(use.type));
  }

  #leads(name: string, hops = 2): boolean {
    const type = types.get(name);
    if (type?.kind !== 'backbone' || hops === 0) return false;
    return type.elements.some(
      (each) =>
        (this.#words.has(each.name) && !['id', 'extension'].includes(each.name)) ||
        each.types.some((use) => this.#leads(use.type, hops - 1)),
    );
  }

  #add(element: ElementModel, to: JsonObject, depth: number): void {
    const use = this.#pick(element.types);
    if (use === undefined) return;
    const key = jsonName(element, use);
    const count = element.isArray ? 1 + Math.floor(this.#random() * 3) : 1;
    const isPrimitive = types.get(use.type)?.kind === 'primitive';
    const values = Array.from({ length: count }, () =>
      isPrimitive ? this.#primitive(use.type) : this.#complex(use.type, depth + 1),
    );
    if (isPrimitive && this.#random() < 0.15) {
      const sibling = { extension: [{ url: 'http://x', valueString: 'y' }] };
      to[`_${key}`] = element.isArray ? values.map(() => sibling) : sibling;
      return;
    }
    to[key] = element.isArray ? values : values[0];
  }

  #complex(name: string, depth: number): JsonObject {
    if (name !== 'Resource') return this.#instance(name, depth);
    const type = this.#pick(['Composition', 'MessageHeader', 'Patient', 'ValueSet']) ?? 'Patient';
    return { ...this.#instance(type, depth), id: this.#pick(['a', 'b']) };
  }

  #primitive(type: string): unknown {
    const isQuoted = SAMPLES[type] === undefined && this.#random() < 0.6;
    return (
      (isQuoted ? this.#pick(this.#quoted) : undefined) ?? this.#pick(SAMPLES[type] ?? STRINGS)
    );
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}
