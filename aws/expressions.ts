/**
 * Parts of DynamoDB requests that follow from a list of names. Names are written as #name: some are
 * reserved.
 */

/** Asks for these attributes and no others. */
export function projectionOf(names: readonly string[]) {
  return {
    ProjectionExpression: names.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: placeholdersOf(names),
  };
}

/** The end of an update that removes these attributes. */
export function removeAll(names: readonly string[]) {
  return {
    expression: `REMOVE ${names.map((name) => `#${name}`).join(', ')}`,
    names: placeholdersOf(names),
  };
}

/** A condition that all of these values hold. */
export function equalTo(said: Readonly<Record<string, string | number>>) {
  const names = Object.keys(said);
  return {
    FilterExpression: names.map((name) => `#${name} = :${name}`).join(' AND '),
    ExpressionAttributeNames: placeholdersOf(names),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, said[name]])),
  };
}

const placeholdersOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`#${name}`, name]));
