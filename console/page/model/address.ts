/**
 * The current view, as part of the address: a link to a filter or an entry can be sent to a
 * colleague. It comes after the `#`, which a browser does not send to the server.
 */

const VIEWS = ['now', 'incidents', 'quarantine', 'message', 'audit', 'faults'] as const;
export type View = (typeof VIEWS)[number];

export interface Address {
  readonly view: View;
  /** An incident's key, an entry's or a message's id. */
  readonly id?: string | undefined;
  readonly filter: Readonly<Record<string, string>>;
}

const NOW: Address = { view: 'now', filter: {} };

/** Any unknown address leads to the view "now". */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [first = '', rawId] = path.split('/', 2);
  const view = VIEWS.find((each) => each === first);
  if (view === undefined) return NOW;
  const filter = Object.fromEntries([...new URLSearchParams(query)].filter(([, value]) => value));
  const id = rawId ? decoded(rawId) : undefined;
  return { view, ...(id !== undefined && { id }), filter };
}

/** Empty fields are left out and the others sorted, so that equal filters have equal addresses. */
export function addressOf({ view, id, filter = {} }: Partial<Address>): string {
  const given = Object.entries(filter).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given.toSorted(([a], [b]) => (a < b ? -1 : 1))).toString();
  const path = [view ?? 'now', ...(id ? [encodeURIComponent(id)] : [])].join('/');
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

/** The same view with one field of the filter changed. An empty value removes the field. */
export function filteredBy({ view, filter }: Address, name: string, value: string): string {
  return addressOf({ view, filter: { ...filter, [name]: value } });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
