/**
 * Breaks a JSON text into lines for people. The text is split, not parsed and serialized, so each
 * number and string stays exactly as submitted. A text that is not JSON is returned unchanged.
 */
export function inLines(text: string): string {
  if (text.trim().includes('\n') || !isJson(text)) return text;
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return text.trim().replace(TOKEN, (token, opening?: string, closing?: string) => {
    if (opening !== undefined) {
      // Empty ones stay on one line.
      if (token.length > 1) return token.replace(/\s+/g, '');
      depth += 1;
      return `${opening}${line()}`;
    }
    if (closing !== undefined) {
      depth -= 1;
      return `${line()}${closing}`;
    }
    if (token.startsWith(',')) return `,${line()}`;
    if (/^\s*:/.test(token)) return ': ';
    return /^\s/.test(token) ? '' : token;
  });
}

/**
 * Matches a string; an opening bracket, or both brackets with nothing between; a closing one; a
 * separator; space.
 */
const TOKEN = /"(?:[^"\\]|\\.)*"|([[{](?:\s*[\]}])?)|([\]}])|,\s*|\s*:\s*|\s+/gs;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
