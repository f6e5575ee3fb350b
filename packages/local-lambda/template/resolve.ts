/**
 * The intrinsic functions of CloudFormation that our template uses. Throws for any other, with its
 * name and place, so that template and runtime cannot differ unnoticed.
 */

/** Resolves a template's references. Both functions throw for unknown ones. */
export type References = {
  ref(logicalId: string, where: string): string;
  getAtt(logicalId: string, attribute: string, where: string): string;
};

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Stands for AWS::NoValue: the property is left out. */
const ABSENT = Symbol('AWS::NoValue');

/** A template's value with all intrinsic functions resolved. Throws {@link TemplateError}. */
export function resolveValue(value: unknown, references: References, where: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolveValue(item, references, `${where}[${index}]`))
      .filter((item) => item !== ABSENT);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && isIntrinsic(first[0])) {
    return intrinsic(first[0], first[1], references, where);
  }
  const resolved = entries
    .map(([key, item]) => [key, resolveValue(item, references, `${where}.${key}`)] as const)
    .filter(([, item]) => item !== ABSENT);
  return Object.fromEntries(resolved);
}

/** As {@link resolveValue}, where a string is required. */
export function resolveString(value: unknown, references: References, where: string): string {
  const resolved = resolveValue(value, references, where);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number') return String(resolved);
  throw new TemplateError(`${where}: a string was expected, not ${JSON.stringify(resolved)}`);
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

function intrinsic(name: string, argument: unknown, references: References, where: string) {
  switch (name) {
    case 'Ref':
      if (argument === 'AWS::NoValue') return ABSENT;
      return references.ref(text(argument, where), where);
    case 'Fn::GetAtt':
      return getAtt(argument, references, where);
    case 'Fn::Join': {
      const [separator, items] = list(argument, 2, where);
      return strings(items, references, where).join(text(separator, where));
    }
    case 'Fn::Select': {
      const [index, items] = list(argument, 2, where);
      return select(Number(index), strings(items, references, where), where);
    }
    case 'Fn::Split': {
      const [separator, source] = list(argument, 2, where);
      return resolveString(source, references, where).split(text(separator, where));
    }
    case 'Fn::Sub':
      return substitute(argument, references, where);
    default:
      throw new TemplateError(`${where}: ${name} is not imitated by the local runtime`);
  }
}

function getAtt(argument: unknown, references: References, where: string): string {
  const path = typeof argument === 'string' ? argument.split('.') : list(argument, 2, where);
  const [logicalId, ...attribute] = path.map((part) => text(part, where));
  return references.getAtt(logicalId ?? '', attribute.join('.'), where);
}

function substitute(argument: unknown, references: References, where: string): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return text(template, where).replaceAll(
    /\$\{(!?)([^}]+)\}/g,
    (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return resolveString(variables[name], references, where);
      const [logicalId = '', ...attribute] = name.trim().split('.');
      if (attribute.length === 0) return references.ref(logicalId, where);
      return references.getAtt(logicalId, attribute.join('.'), where);
    },
  );
}

function strings(items: unknown, references: References, where: string): string[] {
  const resolved = resolveValue(items, references, where);
  if (!Array.isArray(resolved)) throw new TemplateError(`${where}: a list was expected`);
  return resolved.map((item) => text(item, where));
}

function select(index: number, items: string[], where: string): string {
  const item = items[index];
  if (item === undefined) throw new TemplateError(`${where}: Fn::Select finds no item ${index}`);
  return item;
}

function list(value: unknown, length: number, where: string): unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  throw new TemplateError(`${where}: a list of ${length} was expected`);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TemplateError(`${where}: a string was expected, not ${JSON.stringify(value)}`);
}
