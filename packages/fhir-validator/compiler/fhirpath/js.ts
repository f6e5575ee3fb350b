/**
 * Builds JavaScript text of boolean tests and simplifies it at once: a test that the types decide
 * (`answer is boolean` on a Coding) costs nothing at run time.
 */
export const TRUE = 'true';
export const FALSE = 'false';

const SIMPLE_TEST = /^([\w$.?[\]]+) ([!=])== ([\w$.?[\]]+|"(?:[^"\\]|\\.)*")$/;
const CALL_OR_NAME = /^[\w$.]+(?:\([^()]*\))?$/;

export function and(...tests: readonly string[]): string {
  return join(tests, '&&', FALSE, TRUE);
}

export function or(...tests: readonly string[]): string {
  return join(tests, '||', TRUE, FALSE);
}

export function not(test: string): string {
  if (test === TRUE) return FALSE;
  if (test === FALSE) return TRUE;
  const simple = SIMPLE_TEST.exec(test);
  if (simple) return `${simple[1]} ${simple[2] === '!' ? '=' : '!'}== ${simple[3]}`;
  if (test.startsWith('!') && CALL_OR_NAME.test(test.slice(1))) return test.slice(1);
  return CALL_OR_NAME.test(test) ? `!${test}` : `!(${test})`;
}

/** Emits `a === b` for two tests. */
export function same(left: string, right: string): string {
  if (left === TRUE) return right;
  if (right === TRUE) return left;
  if (left === FALSE) return not(right);
  if (right === FALSE) return not(left);
  return `(${left}) === (${right})`;
}

export function text(value: unknown): string {
  return JSON.stringify(value);
}

function join(tests: readonly string[], operator: string, zero: string, one: string): string {
  if (tests.includes(zero)) return zero;
  const parts = [...new Set(tests)].filter((test) => test !== one);
  if (parts.length <= 1) return parts[0] ?? one;
  return `(${parts.join(` ${operator} `)})`;
}

/** FNV-1a, so that equal constants of all invariants share one name. */
export function hash(of: string): string {
  let value = 0x811c9dc5;
  for (const char of of) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (value >>> 0).toString(36);
}
