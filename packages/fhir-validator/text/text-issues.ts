/** Reports what only the text shows: syntax errors, duplicate keys, lone surrogates. */
import type { Issue } from '../issue.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { fractionalIntegers } from './integers.ts';
import {
  type Escapes,
  mayHaveDuplicateKeys,
  mayHaveIntegralFractions,
  mayHaveLoneSurrogates,
  membersIn,
} from './scan.ts';
import { lineAndColumn, type Step, walkJson } from './walk.ts';

/** Maximum number of steps in an expression. Deeper values are never valid. */
const STEPS_MAX = 200;

/** The one issue of a text that JSON.parse rejected. `reason` is the message of JSON.parse. */
export function syntaxIssue(text: string, reason: string): Issue {
  const known = misplaced(text);
  if (known !== undefined) return invalid(known.rule, known.text);
  const fault = walkJson(text, {});
  if (fault === undefined) return invalid('fhir-r4/json', `Not JSON: ${reason}`);
  const { line, column } = lineAndColumn(text, fault.offset);
  const rule = fault.isBehind ? 'fhir-r4/several-documents' : 'fhir-r4/json';
  return invalid(rule, `Not JSON: line ${line}, column ${column}: ${fault.text}`);
}

function invalid(rule: string, text: string): Issue {
  return { severity: 'error', code: 'invalid', text, rule };
}

/** Recognizes texts that are something else than JSON. */
function misplaced(text: string): { rule: string; text: string } | undefined {
  const start = /[^\s\ufeff]/.exec(text)?.index;
  if (start === undefined) {
    return { rule: 'fhir-r4/blank', text: 'Not JSON: line 1, column 1: the text is empty' };
  }
  if (text[start] === '<') {
    return { rule: 'fhir-r4/xml', text: 'Not JSON: this is XML, and only JSON is validated' };
  }
  if (text.charCodeAt(0) === 0xfeff) {
    const said = 'Not JSON: line 1, column 1: a byte order mark (U+FEFF) before the JSON';
    return { rule: 'fhir-r4/byte-order-mark', text: said };
  }
  if (isBase64(text)) {
    return {
      rule: 'fhir-r4/base64',
      text: 'Not JSON: this looks like base64; send the JSON itself',
    };
  }
  if (!BEGINS_LIKE_JSON.test(text)) {
    return {
      rule: 'fhir-r4/text',
      text: 'Not JSON: line 1, column 1: it does not begin with a JSON value',
    };
  }
  return undefined;
}

const BEGINS_LIKE_JSON = /^\s*(?:[{["\d-]|true\b|false\b|null\b)/;
/** A shorter word may be anything. */
const BASE64_CHARACTERS_MIN = 16;
const LOOKED_AT = 4_096;

/**
 * Base64 of JSON or gzip starts like this. Any other text is base64 if it has no space or
 * punctuation.
 */
function isBase64(text: string): boolean {
  const start = text.slice(0, LOOKED_AT).trim();
  if (start.length < BASE64_CHARACTERS_MIN || !/^[A-Za-z0-9+/\r\n_-]+={0,2}$/.test(start))
    return false;
  return (
    /^(?:ey|e[wy]o|W[3y]|H4sI)/.test(start) ||
    (/[a-z]/.test(start) && /[A-Z]/.test(start) && /\d/.test(start))
  );
}

/**
 * Checks the text for faults that the parsed value no longer shows. Each check scans the text
 * again, so it runs only if a quick search says that there may be such a fault.
 *
 * @param report the report on the value
 * @param before the issues of the value
 * @param inspect validates another value in the same place
 */
export function textIssues(
  text: string,
  escapes: Escapes,
  root: string,
  report: Report,
  before: readonly Issue[],
  inspect: (value: Record<string, unknown>) => readonly Issue[],
): Issue[] {
  const issuesMax = report.issuesMax - report.count;
  let issues: Issue[] = [];
  // Nearly always, a text is the shortest for its value, so nothing in it was lost.
  const isShortest = text.length - escapes.surplus === report.shortest;
  const members = isShortest ? undefined : membersIn(text);
  if (members !== undefined && mayHaveDuplicateKeys(text, members, report.keys)) {
    issues = duplicateKeys(text, root, issuesMax);
  }
  if (mayHaveLoneSurrogates(text, escapes)) {
    issues = issues.concat(loneSurrogates(text, root, issuesMax));
  }
  if (members !== undefined && report.integers > 0 && issuesMax > 0) {
    const isSuspect =
      members.hasIntegralFraction || (report.hasIntegerList && mayHaveIntegralFractions(text));
    if (isSuspect) issues = issues.concat(fractionalIntegers(text, before, inspect));
  }
  return issues;
}

/** Duplicate keys in valid JSON text, in order. */
function duplicateKeys(text: string, root: string, issuesMax: number): Issue[] {
  const issues: Issue[] = [];
  walkJson(text, {
    member(key, path, isRepeated) {
      if (!isRepeated || issues.length >= issuesMax) return;
      const said = `The property ${quote(key)} occurs more than once in one object`;
      const expression = expressionOf(root, path, path.length - 1);
      issues.push(issue('fhir-r4/duplicate-property', 'structure', said, expression));
    },
  });
  return issues;
}

/**
 * Strings with a surrogate that has no partner. They are not Unicode text, and UTF-8 cannot encode
 * them.
 */
function loneSurrogates(text: string, root: string, issuesMax: number): Issue[] {
  const issues: Issue[] = [];
  const look = (value: string, path: readonly Step[], length: number) => {
    if (issues.length >= issuesMax || value.isWellFormed()) return;
    const said = `${quote(value.toWellFormed())} holds a lone surrogate: it is not Unicode text`;
    const expression = expressionOf(root, path, length);
    issues.push(issue('fhir-r4/lone-surrogate', 'value', said, expression));
  };
  walkJson(text, {
    member: (key, path) => look(key, path, path.length - 1),
    string: (value, path) => look(value, path, path.length),
  });
  return issues;
}

function issue(rule: string, code: string, text: string, expression: string): Issue {
  return { severity: 'error', code, text, rule, expression };
}

/**
 * The expression ends before a name that no element can have: it may be any text of the sender
 * (R08).
 */
function expressionOf(root: string, path: readonly Step[], length: number): string {
  let expression = root;
  for (const { key } of path.slice(0, Math.min(length, STEPS_MAX))) {
    if (typeof key === 'string' && !ELEMENT_NAME.test(key)) break;
    expression += typeof key === 'number' ? `[${key}]` : `.${key}`;
  }
  return expression;
}

const ELEMENT_NAME = /^_?[a-z][A-Za-z0-9]{0,50}$/;
