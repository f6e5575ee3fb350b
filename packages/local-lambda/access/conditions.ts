/**
 * The conditions of IAM statements that the runtime can check. Any other stops the start: a condition
 * that is left out would allow more than AWS does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */

/** Operator, such as `StringEquals`, to condition keys, each with its values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The values of a condition key for a call. Undefined if the call has none. */
export type Context = (key: string) => readonly string[] | undefined;

type Matches = (actual: string, expected: string) => boolean;

const equal: Matches = (actual, expected) => actual === expected;
const like: Matches = (actual, expected) => patternOf(expected).test(actual);
/** Each part of an ARN is compared by itself. A pattern with fewer parts matches none. */
const likeArn: Matches = (actual, expected) => {
  const [parts, patterns] = [partsOfArn(actual), partsOfArn(expected)];
  return (
    parts.length === patterns.length &&
    patterns.every((pattern, position) => like(parts[position] ?? '', pattern))
  );
};

const ARN_PARTS = 6;

function partsOfArn(text: string): string[] {
  const parts = text.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

const OPERATORS: Readonly<Record<string, Matches>> = {
  StringEquals: equal,
  StringLike: like,
  ArnEquals: likeArn,
  ArnLike: likeArn,
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  NumericLessThan: (actual, expected) => Number(actual) < Number(expected),
};

const NEGATED: Readonly<Record<string, Matches>> = {
  StringNotEquals: equal,
  StringNotLike: like,
  ArnNotEquals: likeArn,
  ArnNotLike: likeArn,
};

const KEYS = [
  'aws:PrincipalArn',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'dynamodb:Attributes',
  'dynamodb:LeadingKeys',
  'dynamodb:ReturnValues',
  'dynamodb:Select',
  'kms:ViaService',
  'lambda:SourceFunctionArn',
  's3:TlsVersion',
  's3:prefix',
];

const PARTS = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/;

/** The conditions with their keys as {@link KEYS} has them: IAM does not look at the case of a key. */
export function withKnownKeys(conditions: Conditions): Conditions {
  const known = (name: string) =>
    KEYS.find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
  const renamed = Object.entries(conditions).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [known(key), values])),
  ]);
  return Object.fromEntries(renamed);
}

/** What of these conditions the runtime does not know. Undefined if it knows all. */
export function unknownOf(conditions: Conditions): string | undefined {
  for (const [operator, keys] of Object.entries(conditions)) {
    const [, , name = ''] = PARTS.exec(operator) ?? [];
    if (!(name in OPERATORS || name in NEGATED)) return operator;
    for (const [key, values] of Object.entries(keys)) {
      if (!KEYS.includes(key)) return key;
      const variable = values.find(isVariable);
      if (variable !== undefined) return variable;
    }
  }
  return undefined;
}

/** Whether a text has a variable of IAM, which the runtime does not replace. */
export const isVariable = (text: string) => text.includes('${');

/** Whether a call fulfils all conditions. */
export function fulfils(context: Context, conditions: Conditions): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => fulfilsOne(operator, context(key), values)),
  );
}

function fulfilsOne(
  operator: string,
  actual: readonly string[] | undefined,
  expected: readonly string[],
): boolean {
  const [, quantifier, name = '', ifExists] = PARTS.exec(operator) ?? [];
  const [matches, negated] =
    name in NEGATED ? [NEGATED[name] as Matches, true] : [OPERATORS[name] as Matches, false];
  if (actual === undefined || actual.length === 0) {
    if (ifExists !== undefined || quantifier === 'ForAllValues:') return true;
    return negated && quantifier === undefined;
  }
  const holds = (value: string) => expected.some((one) => matches(value, one)) !== negated;
  return quantifier === 'ForAllValues:' ? actual.every(holds) : actual.some(holds);
}

const patterns = new Map<string, RegExp>();

/** A pattern of IAM: `*` stands for any characters, `?` for one. */
export function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const source = pattern
    .replaceAll(/[\\^$.+()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const made = new RegExp(`^${source}$`, 's');
  patterns.set(pattern, made);
  return made;
}
