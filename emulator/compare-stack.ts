/**
 * Compares every property of a deployed stack with its template, and sets what was lost.
 *
 * An emulator's CloudFormation silently drops properties that it does not know. If its APIs know
 * them, they are set here. Otherwise they are findings for people to read.
 */
import pLimit from 'p-limit';
import { LIVE_TYPES } from '../aws/live/all-types.ts';
import { contains } from '../aws/live/comparison.ts';
import { type LiveClients, type LiveProperty, SAME } from '../aws/live/live-property.ts';
import type { Template } from '../packages/local-lambda/template/assembly.ts';
import type { References } from '../packages/local-lambda/template/resolve.ts';
import { resolvedProperties } from './deployed-stack.ts';

const CALLS_MAX = 8;
const SHOWN_MAX = 120;

export interface Finding {
  readonly logicalId: string;
  readonly type: string;
  readonly property: string;
  /** `as-written`; `set` by us; `cannot`, with the reason; `unread` if nothing here can read it. */
  readonly result: 'as-written' | 'set' | 'cannot' | 'unread';
  readonly why?: string;
}

/** Returns one finding per property of the template, in the template's order. */
export async function compareStack(options: {
  template: Template;
  physical: ReadonlyMap<string, string>;
  references: References;
  clients: LiveClients;
}): Promise<Finding[]> {
  const { template, physical, references, clients } = options;
  const limit = pLimit(CALLS_MAX);
  const resources = [...physical].filter(([logicalId]) => template.Resources[logicalId]);
  const findings = resources.map(([logicalId, physicalId]) =>
    // One resource at a time: setting one property of a table locks it for the next.
    limit(async () => {
      const type = template.Resources[logicalId]?.Type ?? '';
      const wanted = resolvedProperties(template, logicalId, references);
      const live = LIVE_TYPES[type];
      const id = nameOf(wanted, live?.namedBy) ?? physicalId;
      const found: Finding[] = [];
      for (const [property, value] of Object.entries(wanted)) {
        const known = live?.properties[property];
        const result = known ? await compare(known, clients, id, value) : UNREAD;
        found.push({ logicalId, type, property, ...result });
      }
      return found;
    }),
  );
  return (await Promise.all(findings)).flat();
}

type Result = Pick<Finding, 'result' | 'why'>;
const UNREAD: Result = { result: 'unread' };

/** Reads the live value. If it differs from the template, sets it and reads it again. */
async function compare(
  property: LiveProperty,
  clients: LiveClients,
  id: string,
  wanted: unknown,
): Promise<Result> {
  const before = await look(property, clients, id, wanted);
  if (before.live === SAME || contains(before.live, wanted)) return { result: 'as-written' };
  const lost = before.error ?? `live it is ${shown(before.live)}`;
  if (!property.set) return { result: 'cannot', why: lost };
  try {
    await property.set(clients, id, wanted);
  } catch (error) {
    return { result: 'cannot', why: `${lost}; setting it: ${reasonOf(error)}` };
  }
  const after = await look(property, clients, id, wanted);
  if (contains(after.live, wanted)) return { result: 'set' };
  const still = after.error ?? `it stays ${shown(after.live)}`;
  return { result: 'cannot', why: `set by API, ${still}` };
}

async function look(property: LiveProperty, clients: LiveClients, id: string, wanted: unknown) {
  try {
    return { live: await property.read(clients, id, wanted) };
  } catch (error) {
    return { live: undefined, error: reasonOf(error) };
  }
}

/** As much of a value as is needed to recognise it. */
function shown(live: unknown): string {
  const text = JSON.stringify(live) ?? 'absent';
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const reasonOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** The name that a property gives, or the first of the list that it gives. */
function nameOf(wanted: Readonly<Record<string, unknown>>, property: string | undefined) {
  if (property === undefined) return undefined;
  const value = wanted[property];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
