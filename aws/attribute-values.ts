/** Values as DynamoDB's JSON has them, where each names its type: `{"S":"text"}`, `{"N":"1"}`. */

export type AttributeValue = Readonly<Record<string, unknown>>;
export type AttributeMap = Readonly<Record<string, AttributeValue>>;

/** Members without a value are left out, as in JSON. */
export function toAttributes(values: Readonly<Record<string, unknown>>): AttributeMap {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that DynamoDB cannot hold');
      return { N: String(value) };
    case 'bigint':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return toStructure(value);
    default:
      throw new TypeError(`DynamoDB holds no ${typeof value}`);
  }
}

function toStructure(value: object | null): AttributeValue {
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return toSet([...value]);
  if (!Array.isArray(value)) return { M: toAttributes(value as Record<string, unknown>) };
  return { L: value.filter((each) => each !== undefined).map(toAttribute) };
}

function toSet(values: readonly unknown[]): AttributeValue {
  if (values.length === 0) throw new TypeError('DynamoDB holds no empty set');
  if (values.every((value) => typeof value === 'number')) return { NS: values.map(String) };
  if (values.every((value) => typeof value === 'string')) return { SS: values };
  throw new TypeError('a set that holds neither texts nor numbers only');
}

export function fromAttributes(attributes: AttributeMap): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, fromAttribute(attribute)]),
  );
}

function fromAttribute(attribute: AttributeValue): unknown {
  for (const type in attribute) {
    const value = attribute[type];
    switch (type) {
      case 'S':
      case 'BOOL':
        return value;
      case 'N':
        return toNumber(String(value));
      case 'NULL':
        return null;
      case 'M':
        return fromAttributes(value as AttributeMap);
      case 'L':
        return (value as AttributeValue[]).map(fromAttribute);
      case 'B':
        return new Uint8Array(Buffer.from(String(value), 'base64'));
      case 'SS':
        return new Set(value as string[]);
      case 'NS':
        return new Set((value as string[]).map(toNumber));
    }
  }
  throw new TypeError(`DynamoDB answered a value of no known type: ${Object.keys(attribute)}`);
}

/** Integers that a number cannot hold become a bigint, as with the SDK. */
function toNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}
