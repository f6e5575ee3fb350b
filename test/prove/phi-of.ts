/** The texts in a resource that say who somebody is. */

/** Shorter words occur everywhere, and identify nobody. */
const LENGTH_MIN = 6;
const PARTS = new Set(['family', 'given', 'line', 'city', 'postalCode', 'birthDate', 'name']);

/** Names, identifiers (its own id too), addresses and birth dates, anywhere in the resource. */
export function phiOf(resource: unknown): Set<string> {
  const found = new Set<string>();
  walk(resource, '', found);
  return found;
}

function walk(value: unknown, key: string, found: Set<string>, within = ''): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, key, found, within);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) walk(item, name, found, key);
  } else if (typeof value === 'string' && value.length >= LENGTH_MIN) {
    const says = key === 'id' || PARTS.has(key) || (key === 'value' && within === 'identifier');
    if (says) found.add(value);
  }
}
