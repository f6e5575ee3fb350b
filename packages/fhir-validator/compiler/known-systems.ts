/**
 * The code systems whose codes are all loaded: those of the specification, those of HL7's
 * terminology, which continues after R4 (`hl7.terminology.r4`), and those of packages. A code that
 * any of them lists is known.
 */
import type { CodeSystem, Definitions } from './definitions.ts';
import { allCodes } from './value-sets.ts';

/** A code system of the specification with more codes is a copy of somebody else's terminology. */
const CODES_MAX = 400;
const PACKAGE_CODES_MAX = 5000;
/** Prefix of the code systems that are part of the specification. They do not change. */
const FHIR = 'http://hl7.org/fhir/';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';
/** HL7 version 2 tables. Sites may add codes of their own to these. */
const GROWING = `${TERMINOLOGY}v2-`;
/** Names of binding domains, which no data uses. */
const LEFT_OUT = new Set([`${TERMINOLOGY}conceptdomains`]);

export interface KnownSystem {
  readonly url: string;
  readonly codes: readonly string[];
  /** What runtime/bindings.ts reads: `g` and `c`, and the versions of a package's. */
  readonly marks: string;
}

export function knownSystems(
  { codeSystems }: Definitions,
  terminology: readonly CodeSystem[],
  packages: readonly Definitions[],
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
  const base = [...fixed, ...shared];
  return [...base, ...systemsOf(packages, new Set([...codeSystems.keys(), ...later.keys()]))];
}

/**
 * Of packages: without HL7's terminology, of which the validator has its own version, and without those that their line
 * (`writtenSystems`) cannot hold.
 */
function systemsOf(packages: readonly Definitions[], others: ReadonlySet<string>): KnownSystem[] {
  const all = packages.flatMap(({ codeSystems }) => [...codeSystems.values()]);
  const byUrl = Map.groupBy(all, ({ url = '' }) => url);
  return [...byUrl].flatMap(([url, versions]) => {
    const isComplete = versions.every(({ content }) => content === 'complete');
    if (!isComplete || others.has(url) || url.startsWith(TERMINOLOGY)) return [];
    const codes = [...new Set(versions.flatMap(codesOf))];
    const letters = versions.every(({ caseSensitive }) => caseSensitive === true) ? '' : 'c';
    const marks = [letters, ...new Set(versions.flatMap(versionOf))].join(' ');
    const isWritable = ![url, ...codes].some((each) => /[|\n]/.test(each));
    const isListed = isWritable && codes.length > 0 && codes.length <= PACKAGE_CODES_MAX;
    return isListed ? [{ url, codes, marks }] : [];
  });
}

function versionOf({ version = '' }: CodeSystem): string[] {
  return /^[^\s|]+$/.test(version) ? [version] : [];
}

/**
 * One text with a line for each system: url, marks and codes. A text costs nothing until a code is
 * looked up.
 */
export function writtenSystems(systems: readonly KnownSystem[]): string {
  return systems.map(({ url, codes, marks }) => [url, marks, ...codes].join('|')).join('\n');
}

function codesOf({ content, concept }: CodeSystem): string[] {
  return content === 'complete' ? allCodes(concept ?? []) : [];
}
