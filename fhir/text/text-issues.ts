/** What only the text shows, as issues: bad syntax, duplicate keys, lone surrogates. */
import type { Issue } from '../../core/verdict.ts';
import { quote } from '../runtime/report.ts';
import { lineAndColumn, type Step, walkJson } from './walk.ts';

/** Steps of an expression; deeper than that nothing is valid anyway. */
const STEPS_MAX = 200;

/** The one issue of a text that JSON.parse refused; `reason` is what it said. */
export function syntaxIssue(text: string, reason: string): Issue {
  const fault = walkJson(text, {});
  const where = fault && lineAndColumn(text, fault.offset);
  return {
    severity: 'error',
    code: 'invalid',
    text: where
      ? `Not JSON: line ${where.line}, column ${where.column}: ${fault.text}`
      : `Not JSON: ${reason}`,
  };
}

/** Duplicate keys in the text of valid JSON, in order. */
export function duplicateKeys(text: string, root: string, issuesMax: number): Issue[] {
  const issues: Issue[] = [];
  walkJson(text, {
    member(key, path) {
      if (issues.length >= issuesMax || !path.at(-1)?.keys?.has(key)) return;
      const said = `The property ${quote(key)} occurs more than once in one object`;
      issues.push(issue('structure', said, root, path.slice(0, -1)));
    },
  });
  return issues;
}

/** Strings with a surrogate that has no partner: no Unicode text, no UTF-8 can carry it. */
export function loneSurrogates(text: string, root: string, issuesMax: number): Issue[] {
  const issues: Issue[] = [];
  const look = (value: string, path: readonly Step[]) => {
    if (issues.length >= issuesMax || value.isWellFormed()) return;
    const said = `${quote(value.toWellFormed())} holds a lone surrogate: it is not Unicode text`;
    issues.push(issue('value', said, root, path));
  };
  walkJson(text, { member: (key, path) => look(key, path.slice(0, -1)), string: look });
  return issues;
}

function issue(code: string, text: string, root: string, path: readonly Step[]): Issue {
  return { severity: 'error', code, text, expression: root + expressionOf(path) };
}

function expressionOf(path: readonly Step[]): string {
  return path
    .slice(0, STEPS_MAX)
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('');
}
