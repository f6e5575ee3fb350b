/**
 * The resource before it is revealed: only the elements that its issues name. No values are masked
 * here, because the server never sent them.
 */
import type { IssueView } from '../../contract/quarantine.ts';

export interface MaskedLine {
  readonly depth: number;
  readonly name: string;
  /** The element has a value, which is not shown. */
  readonly hasValue: boolean;
  /** Indexes of the issues at this element. */
  readonly issues: readonly number[];
}

interface Element {
  readonly name: string;
  readonly children: Map<string, Element>;
  readonly issues: number[];
}

export function maskedLines(issues: readonly IssueView[]): readonly MaskedLine[] {
  const root: Element = { name: '', children: new Map(), issues: [] };
  for (const [index, { expression = [] }] of issues.entries()) {
    for (const path of expression.length === 0 ? [''] : expression) {
      elementAt(root, path).issues.push(index);
    }
  }
  const lines = [...root.children.values()].flatMap((child) => linesOf(child, 0));
  if (root.issues.length === 0) return lines;
  return [{ depth: 0, name: 'the resource', hasValue: false, issues: root.issues }, ...lines];
}

/** `Patient.name[0].given` has the parts `Patient`, `name`, `[0]`, `given`. */
function elementAt(root: Element, path: string): Element {
  let element = root;
  for (const name of path.match(/\[\d+\]|[^.[]+/g) ?? []) {
    const child = element.children.get(name) ?? { name, children: new Map(), issues: [] };
    element.children.set(name, child);
    element = child;
  }
  return element;
}

function linesOf({ name, children, issues }: Element, depth: number): MaskedLine[] {
  const below = [...children.values()].flatMap((child) => linesOf(child, depth + 1));
  return [{ depth, name, hasValue: below.length === 0, issues }, ...below];
}
