/** Finds the position in the text of the element that an issue is about. */
import { elements, members, skipSpace } from '../input/json-spans.ts';

/** What is searched below a value, by the name of the member or the index of the item. */
interface Sought {
  at: number | undefined;
  readonly below: Map<string, Sought>;
}

/**
 * Offsets of the elements at these steps from the value that starts at `start`; if there is no such
 * element, of the nearest one around it. One pass finds all.
 */
export function locate(
  text: string,
  start: number,
  paths: readonly (readonly string[])[],
): number[] {
  const root: Sought = { at: undefined, below: new Map() };
  for (const steps of paths) {
    let place = root;
    for (const step of steps) {
      const next = place.below.get(step) ?? { at: undefined, below: new Map() };
      place.below.set(step, next);
      place = next;
    }
  }
  find(text, skipSpace(text, start), root);
  return paths.map((steps) => nearest(root, steps, start));
}

function nearest(root: Sought, steps: readonly string[], start: number): number {
  let at = root.at ?? start;
  let place: Sought | undefined = root;
  for (const step of steps) {
    place = place?.below.get(step);
    at = place?.at ?? at;
  }
  return at;
}

function find(text: string, at: number, place: Sought): void {
  place.at ??= at;
  if (place.below.size === 0) return;
  if (text[at] === '{') {
    for (const { key, value } of members(text, at)) {
      // An element may exist only in the sibling of its primitive.
      const below = place.below.get(key.startsWith('_') ? key.slice(1) : key);
      if (below) find(text, value.start, below);
    }
  } else if (text[at] === '[') {
    let index = 0;
    for (const { start } of elements(text, at)) {
      const below = place.below.get(String(index));
      if (below) find(text, start, below);
      index += 1;
    }
  }
}

/** `Patient.name[0].given[1]` as steps below the resource: name, 0, given, 1. */
export function stepsOf(expression: string): string[] {
  return expression.split(/[.[\]]+/).filter((each, i) => i > 0 && each !== '');
}

/** Lines of offsets, which must not decrease. The text is searched once, however many are asked for. */
export class LineCounter {
  readonly #text: string;
  #line: number;
  /** The first line break that no offset has passed. */
  #newline: number;

  /** `line` is that of `offset`. */
  constructor(text: string, line: number, offset = 0) {
    this.#text = text;
    this.#line = line;
    this.#newline = text.indexOf('\n', offset);
  }

  at(offset: number): number {
    while (this.#newline >= 0 && this.#newline < offset) {
      this.#line += 1;
      this.#newline = this.#text.indexOf('\n', this.#newline + 1);
    }
    return this.#line;
  }
}
