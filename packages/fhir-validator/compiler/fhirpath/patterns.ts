/**
 * Regular expressions of FHIRPath, which are those of PCRE and, in HL7's validator, of Java. They
 * become JavaScript's. A pattern that JavaScript cannot read, or would read otherwise, is refused: it
 * would stop the whole validator from loading, or reject what is valid.
 */
import { Unsupported } from './ast.ts';
import { text } from './js.ts';

/** `(?i)` at the start: options for the whole pattern. */
const OPTIONS = /^\(\?([ims]+)\)/;
/** What stands for more than itself in the other dialects, within a class too. */
const TOKEN = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])|\[\^?\]?|\]|&&/g;
/** Escapes that all dialects have. Without the flag `u`, JavaScript takes any other letter for itself. */
const COMMON_ESCAPE = /^\\(?:[dDwWsSbBtnrfv\W_0-9]|x..|u....)$/;

/** Code of the RegExp. It searches the whole text unless the pattern is anchored. */
export function patternCode(pattern: string, flags: string, isWhole: boolean): string {
  const [found = '', options = ''] = OPTIONS.exec(pattern) ?? [];
  const part = pattern.slice(found.length);
  const source = isWhole ? `^(?:${part})$` : part;
  const mode = [...new Set(`s${flags}${options}`)].join('');
  const isUnicode = isReadable(source, 'u');
  if (!isUnicode && !isReadable(source, '')) refuse(pattern);
  checkMeaning(source, isUnicode, pattern);
  return `new RegExp(${text(source)}, ${text(mode + (isUnicode ? 'u' : ''))})`;
}

/** With the flag `u`, JavaScript rejects escapes and brackets that other dialects have. */
function isReadable(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

function checkMeaning(source: string, isUnicode: boolean, pattern: string): void {
  let isInClass = false;
  for (const [token] of source.matchAll(TOKEN)) {
    if (token.startsWith('\\')) {
      if (!isUnicode && !COMMON_ESCAPE.test(token)) refuse(pattern);
    } else if (token === ']') {
      isInClass = false;
    } else if (!isInClass && !token.endsWith(']')) {
      isInClass = token !== '&&';
    } else if (!isUnicode || token !== '[') {
      // A class in a class, the intersection of two, or one that begins with a bracket.
      refuse(pattern);
    }
  }
}

function refuse(pattern: string): never {
  throw new Unsupported(`the pattern ${text(pattern)}, which JavaScript reads otherwise`);
}
