/**
 * Checks bindings to value sets whose codes are all loaded, and codes of code systems that are
 * loaded.
 */
import { isCode } from './characters.ts';
import { isObject } from './object.ts';
import { uri, code as wrongCode } from './primitives.ts';
import { quote } from './quote.ts';
import type { MemberCheck, PrimitiveCheck } from './shapes.ts';

/**
 * The codes of a value set by system, given as `system, 'code|code', system, …`. Sets are built on
 * first use.
 */
export class CodeSet {
  readonly url: string;
  readonly #parts: readonly string[];
  /** Systems in which case is ignored. */
  readonly #anyCase: readonly string[] | undefined;
  readonly #whole: readonly string[] | 'any' | undefined;
  #codes: Set<string> | undefined;
  #systems: readonly CodesOfSystem[] | undefined;

  /** @param whole systems of which any code is in the set */
  constructor(
    url: string,
    parts: readonly string[],
    anyCase?: readonly string[],
    whole?: readonly string[] | 'any',
  ) {
    this.url = url;
    this.#parts = parts;
    this.#anyCase = anyCase;
    this.#whole = whole;
  }

  hasCode(code: string): boolean {
    if (this.#whole !== undefined) return true;
    this.#codes ??= new Set(this.#parts.filter((_, i) => i % 2 === 1).flatMap(codesOf));
    if (this.#codes.has(code)) return true;
    return this.#anyCase?.some((system) => this.hasCoding(system, code)) === true;
  }

  hasCoding(system: unknown, code: unknown): boolean {
    this.#systems ??= this.#read();
    // There are few. A map would have to hash the system.
    for (const each of this.#systems) {
      if (each.system !== system) continue;
      if (each.codes.has(code)) return true;
      return each.ignoresCase && typeof code === 'string' && each.codes.has(code.toLowerCase());
    }
    if (this.#whole === undefined || typeof code !== 'string' || typeof system !== 'string') {
      return false;
    }
    return this.#whole === 'any' || this.#whole.includes(system);
  }

  #read(): CodesOfSystem[] {
    return this.#parts.flatMap((system, i) => {
      if (i % 2 === 1) return [];
      const codes = codesOf(this.#parts[i + 1] ?? '');
      const ignoresCase = this.#anyCase?.includes(system) === true;
      const all = ignoresCase ? [...codes, ...codes.map((each) => each.toLowerCase())] : codes;
      return { system, codes: new Set(all), ignoresCase };
    });
  }
}

interface CodesOfSystem {
  readonly system: string;
  readonly codes: ReadonlySet<unknown>;
  readonly ignoresCase: boolean;
}

/**
 * A code system whose codes are loaded, from its line `url|marks|code|code`. The marks are letters, and behind them
 * the versions that were loaded of a code system of a package. The set is built on first use.
 */
export class KnownSystem {
  readonly url: string;
  readonly #line: string;
  /** `g`: sites may add codes. `c`: case is ignored. */
  #marks = '';
  #versions: readonly string[] = [];
  #codes: Set<string> | undefined;

  constructor(line: string) {
    this.url = whole(line.slice(0, line.indexOf(SEPARATOR)));
    this.#line = line;
  }

  /** Severity of using this code. Undefined if the code is in the system. Another version may have it. */
  lacks(code: string, version?: unknown): 'error' | 'warning' | undefined {
    this.#codes ??= this.#read();
    if (this.#codes.has(code)) return undefined;
    if (this.#marks.includes('c') && this.#codes.has(code.toLowerCase())) return undefined;
    const isOther = this.#versions.length > 0 && typeof version === 'string';
    if (isOther && !this.#versions.includes(version)) return 'warning';
    return this.#marks.includes('g') ? 'warning' : 'error';
  }

  #read(): Set<string> {
    const [, all = '', ...codes] = codesOf(this.#line);
    const [marks = '', ...versions] = all.split(' ');
    this.#marks = marks;
    this.#versions = versions;
    if (!marks.includes('c')) return new Set(codes);
    return new Set([...codes, ...codes.map((each) => each.toLowerCase())]);
  }
}

/** The code systems of FHIR and of HL7's terminology, from a text with one line each. */
export class CodeSystems {
  readonly #lines: string;
  #byUrl: ReadonlyMap<string, KnownSystem> | undefined;
  /**
   * Those found last, by length and last character. A map has to hash the url, because each text is
   * parsed into new strings. To compare it with one url takes less.
   */
  readonly #recent: (KnownSystem | undefined)[] = new Array(RECENT_PLACES).fill(undefined);

  constructor(lines: string) {
    this.#lines = lines;
  }

  find(url: unknown): KnownSystem | undefined {
    if (typeof url !== 'string') return undefined;
    const place = placeOf(url);
    const recent = this.#recent[place];
    if (recent !== undefined && recent.url === url) return recent;
    this.#byUrl ??= this.#read();
    const known = this.#byUrl.get(url);
    if (known !== undefined) this.#recent[place] = known;
    return known;
  }

  #read(): Map<string, KnownSystem> {
    const systems = this.#lines.split('\n').map((line) => new KnownSystem(line));
    return new Map(systems.map((each) => [each.url, each]));
  }
}

const SEPARATOR = '|';
const RECENT_PLACES = 64;

/** The urls of similar systems differ at the end: v2-0203 and v2-0131. */
function placeOf(url: string): number {
  const { length } = url;
  return (length * 11 + url.charCodeAt(length - 1)) & (RECENT_PLACES - 1);
}

function codesOf(list: string): string[] {
  return list.split(SEPARATOR).map(whole);
}

/**
 * The same text as a string of its own. V8 keeps a part of a string as a reference into it, and
 * compares such parts slowly; names of properties are always copies.
 */
function whole(part: string): string {
  return Object.keys({ [part]: true })[0] ?? part;
}

/** A required code. */
export function boundCode(set: CodeSet): PrimitiveCheck {
  return (value, report, step) => {
    if (typeof value === 'string' && set.hasCode(value)) return;
    if (isCode(value)) {
      const said = `${quote(value)} is not in the value set ${set.url}`;
      report.error('fhir-r4/required-binding', 'code-invalid', said, step);
    } else {
      wrongCode(value, report, step);
    }
  };
}

/** At least one coding must be in the value set. Others may be outside of it. */
export function boundConcept(set: CodeSet): MemberCheck {
  return (value, report, step) => {
    if (hasCodingOf(value, set)) return;
    const said = `No coding is in the value set ${set.url}`;
    report.error('fhir-r4/required-binding', 'code-invalid', said, step);
  };
}

/**
 * Extensible binding: if no code of the set fits, other codings are allowed. So this is only a
 * warning.
 */
export function advisedConcept(set: CodeSet): MemberCheck {
  return (value, report, step) => {
    if (!isObject(value) || value['coding'] === undefined || hasCodingOf(value, set)) return;
    const said = `No coding is in the extensible value set ${set.url}`;
    report.warning('fhir-r4/extensible-binding', 'code-invalid', said, step);
  };
}

export function boundCoding(set: CodeSet): MemberCheck {
  return (value, report, step) => {
    if (!isObject(value) || set.hasCoding(value['system'], value['code'])) return;
    const said = `The coding is not in the value set ${set.url}`;
    report.error('fhir-r4/required-binding', 'code-invalid', said, step);
  };
}

export function advisedCoding(set: CodeSet): MemberCheck {
  return (value, report, step) => {
    if (!isObject(value) || set.hasCoding(value['system'], value['code'])) return;
    const said = `The coding is not in the extensible value set ${set.url}`;
    report.warning('fhir-r4/extensible-binding', 'code-invalid', said, step);
  };
}

/** The uri of a code system. A known one is valid. It is noted. */
export function systemUri(systems: CodeSystems, at: number): MemberCheck {
  return (value, report, step, _holder, _type, notes) => {
    const known = systems.find(value);
    notes[at] = known;
    if (known === undefined) uri(value, report, step);
  };
}

/**
 * Whether a code, a Quantity, a Coding, or at least one coding of a CodeableConcept is in the set.
 */
export function isInSet(value: unknown, set: CodeSet): boolean {
  if (typeof value === 'string') return set.hasCode(value);
  if (!isObject(value)) return true;
  const codings = Array.isArray(value['coding']) ? value['coding'] : [value];
  return codings.some((each) => isObject(each) && set.hasCoding(each['system'], each['code']));
}

function hasCodingOf(value: unknown, set: CodeSet): boolean {
  const codings = isObject(value) ? value['coding'] : undefined;
  if (!Array.isArray(codings)) return false;
  for (const coding of codings) {
    if (isObject(coding) && set.hasCoding(coding['system'], coding['code'])) return true;
  }
  return false;
}
