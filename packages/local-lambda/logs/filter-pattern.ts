/**
 * The part of CloudWatch Logs' filter patterns for JSON that our template uses: `$.a.b = "c"` or a
 * number, `&&`, `||` and parentheses. Throws for anything else, and names it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { TemplateError } from '../template/resolve.ts';

type Test = (line: unknown) => boolean;

const TOKEN = /\s*(&&|\|\||=|[(){}]|\$(?:\.\w+)+|"[^"*]*"|-?\d+(?:\.\d+)?|$)/y;

/** Whether a pattern matches a parsed line. A line that is not JSON (undefined) never matches. */
export function compileFilter(pattern: string): Test {
  const refused = () => new TemplateError(`filter pattern ${pattern} is not imitated`);
  const tokens = tokensOf(pattern);
  const take = (wanted: string) => {
    if (tokens.shift() !== wanted) throw refused();
  };

  function either(): Test {
    const tests = [both()];
    while (tokens[0] === '||') {
      take('||');
      tests.push(both());
    }
    return (line) => tests.some((test) => test(line));
  }

  function both(): Test {
    const tests = [single()];
    while (tokens[0] === '&&') {
      take('&&');
      tests.push(single());
    }
    return (line) => tests.every((test) => test(line));
  }

  function single(): Test {
    if (tokens[0] === '(') {
      take('(');
      const inner = either();
      take(')');
      return inner;
    }
    const selector = tokens.shift() ?? '';
    take('=');
    const value = tokens.shift() ?? '';
    if (!selector.startsWith('$.') || !/^["\d-]/.test(value)) throw refused();
    const path = selector.slice(2).split('.');
    const wanted: unknown = JSON.parse(value);
    return (line) => at(line, path) === wanted;
  }

  take('{');
  const test = either();
  take('}');
  if (tokens.length > 0) throw refused();
  return test;
}

/** Stops at an unknown token. The parser then reports the missing one. */
function tokensOf(pattern: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const token = TOKEN.exec(pattern)?.[1];
    if (token === undefined) return [...tokens, 'unknown'];
    if (token === '') return tokens;
    tokens.push(token);
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, name);
  }
  return current;
}
