/** Random hostile texts: families at any size, broken and enlarged official examples, and random tokens. */
import type { Random } from '../fhirpath/generate.ts';
import type { Example } from './examples.ts';
import { FAMILIES } from './hostile-inputs.ts';

export interface HostileText {
  readonly name: string;
  readonly text: string;
}

const TOKENS = [
  ...['{', '}', '[', ']', '[[[[', '{"a":{"a":', ',', ':', '"', '""', '{}', '[]', 'null', 'true'],
  ...['1.0', '1e400', '-0.0', '0.1e-9', '9'.repeat(400), '"\\ud800"', '"\\udc00"', '"\\u0000"'],
  ...['"__proto__":', '"constructor":', '"resourceType":"Bundle",', '"contained":[', '"entry":['],
  ...['"meta":{"profile":["', '"reference":"#"', '"extension":[{"url":"', '"div":"<div', '&#0;'],
  ...['<a href=\\"javascript:', '\ufeff', '\ud800', '\u0000', ' '.repeat(100), '"id":"a",'],
];
const RESOURCE_STARTS = ['{"resourceType":"Patient",', '{"resourceType":"Bundle","entry":[', ''];
const REPEATS_MAX = 20_000;

export class HostileTexts {
  readonly #random: Random;
  readonly #examples: readonly Example[];
  readonly #charactersMax: number;

  constructor(next: Random, examples: readonly Example[], charactersMax: number) {
    this.#random = next;
    this.#examples = examples;
    this.#charactersMax = charactersMax;
  }

  next(): HostileText {
    const kind = this.#random();
    if (kind < 0.3) return this.#family();
    if (kind < 0.6) return this.#brokenExample();
    if (kind < 0.9) return this.#blownUpExample();
    return this.#soup();
  }

  #family(): HostileText {
    const family = this.#pick(FAMILIES);
    const unit = Math.max(1, family.make(1000).length / 1000);
    // Mostly small ones, and sometimes the largest that the pipeline accepts.
    const size = Math.floor((this.#charactersMax / unit) * this.#random() ** 4);
    return { name: family.name, text: this.#cut(family.make(size + 1)) };
  }

  /** Pieces of the text are removed, doubled, moved and replaced. */
  #brokenExample(): HostileText {
    const { file, text } = this.#pick(this.#examples);
    let broken = text;
    for (let edits = 1 + this.#below(6); edits > 0; edits--) {
      const at = this.#below(broken.length);
      const to = at + this.#below(200);
      const piece = broken.slice(at, to);
      const edit = this.#random();
      if (edit < 0.3) broken = broken.slice(0, at) + broken.slice(to);
      else if (edit < 0.6) broken = broken.slice(0, at) + piece + broken.slice(at);
      else broken = broken.slice(0, at) + this.#pick(TOKENS) + broken.slice(edit < 0.8 ? at : to);
    }
    return { name: `broken ${file}`, text: this.#cut(broken) };
  }

  /** Values of a parsed example are repeated, nested in themselves or moved. */
  #blownUpExample(): HostileText {
    const { file, text } = this.#pick(this.#examples);
    const root: unknown = JSON.parse(text.length > 200_000 ? '{"resourceType":"Basic"}' : text);
    const parents = holdersIn(root);
    for (let edits = 1 + this.#below(3); edits > 0; edits--) {
      const parent = this.#pick(parents);
      const key = this.#pick(Object.keys(parent));
      const value = parent[key];
      const json = written(value);
      const count = Math.min(
        Math.floor(REPEATS_MAX * this.#random() ** 3),
        this.#charactersMax / 4 / json.length,
      );
      const edit = this.#random();
      const items: unknown[] = Array.isArray(value) ? value : [value];
      if (edit < 0.5) {
        parent[key] = Array.from({ length: count }, (_, i) => items[i % items.length]);
      } else if (edit < 0.7 && typeof value === 'string') {
        parent[key] = value.repeat(count + 1);
      } else if (edit < 0.85) {
        parent[key] = this.#pick(parents.length > 1 ? parents.slice(1) : [{ a: 1 }]);
      } else {
        parent[key] = JSON.parse(`${'[{"a":'.repeat(count)}1${'}]'.repeat(count)}`);
      }
    }
    return { name: `blown up ${file}`, text: this.#cut(written(root)) };
  }

  #soup(): HostileText {
    const length = this.#below(5000);
    const tokens = Array.from({ length }, () => this.#pick(TOKENS));
    return { name: 'soup', text: this.#cut(this.#pick(RESOURCE_STARTS) + tokens.join('')) };
  }

  #cut(text: string): string {
    return text.slice(0, this.#charactersMax);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(from: readonly T[]): T {
    const found = from[this.#below(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }
}

/** Objects that have members. */
function holdersIn(root: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const open: unknown[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const isHolder = !Array.isArray(next) && Object.keys(next).length > 0;
    if (isHolder) found.push(next as Record<string, unknown>);
    for (const each of Object.values(next)) if (each !== null) open.push(each);
  }
  return found;
}

/**
 * JSON.stringify itself recurses, and refuses an object that contains itself: then the rest is left out.
 */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return '{"resourceType":"Basic","x":'.repeat(1000);
  }
}
