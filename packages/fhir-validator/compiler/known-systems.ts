/**
 * The code systems of which every code is at hand: those of the specification, and HL7's terminology,
 * which goes on after R4 (`hl7.terminology.r4`). A code of either is known.
 */
import type { CodeSystem, Definitions } from './definitions.ts';
import { allCodes } from './value-sets.ts';

/** Above this many codes a system of the specification is a terminology of somebody else's. */
const CODES_MAX = 400;
/** Code systems that are part of the specification, and fixed with it. */
const FHIR = 'http://hl7.org/fhir/';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';
/** Tables of HL7 version 2, to which sites add codes of their own. */
const GROWING = `${TERMINOLOGY}v2-`;
/** Names of binding domains: no data holds one. */
const LEFT_OUT = new Set([`${TERMINOLOGY}conceptdomains`]);

export interface KnownSystem {
  readonly url: string;
  readonly codes: readonly string[];
  /** As packages/fhir-validator/runtime/bindings.ts reads them. */
  readonly marks: string;
}

export function knownSystems(
  { codeSystems }: Definitions,
  terminology: readonly CodeSystem[],
): KnownSystem[] {
  const own = [...codeSystems.values()].filter(({ url = '' }) => url.startsWith(FHIR));
  const fixed = own.flatMap((each) => {
    const codes = codesOf(each);
    return codes.length === 0 || codes.length > CODES_MAX
      ? []
      : [{ url: each.url ?? '', codes, marks: '' }];
  });
  const later = new Map(terminology.map((each) => [each.url ?? '', each]));
  const urls = new Set([...codeSystems.keys(), ...later.keys()]);
  const shared = [...urls].flatMap((url) => {
    if (!url.startsWith(TERMINOLOGY) || LEFT_OUT.has(url)) return [];
    const [before, now] = [codeSystems.get(url), later.get(url)];
    const latest = now ?? before;
    if (latest?.content !== 'complete') return [];
    const codes = [...new Set([...codesOf(latest), ...(before ? codesOf(before) : [])])];
    const growing = url.startsWith(GROWING) ? 'g' : '';
    const marks = `${growing}${latest.caseSensitive === true ? '' : 'c'}`;
    return codes.length === 0 ? [] : [{ url, codes, marks }];
  });
  return [...fixed, ...shared];
}

/** As one text, which costs nothing until a code is asked for: a line of url, marks and codes each. */
export function writtenSystems(systems: readonly KnownSystem[]): string {
  return systems.map(({ url, codes, marks }) => [url, marks, ...codes].join('|')).join('\n');
}

function codesOf({ content, concept }: CodeSystem): string[] {
  return content === 'complete' ? allCodes(concept ?? []) : [];
}
