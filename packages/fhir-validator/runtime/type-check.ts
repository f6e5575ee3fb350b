/**
 * Checks an object of one type: a loop over its members that finds the check of each by its name.
 *
 * All types share this loop and the checks of shapes.ts and bindings.ts, with what the compiler says
 * of each type as data. A function for each type would be slower: V8 would have to compile hundreds
 * of them, and the processor would wait for their machine code.
 */
import type { Report } from './report.ts';
import { type Check, type MemberCheck, missing, type Notes, unknownProperty } from './shapes.ts';

type Value = Record<string, unknown>;

/** Names of members, each followed by its check. Later ones replace earlier ones. */
export type MemberList = readonly (string | MemberCheck)[];

/** What is checked after all members: invariants and rules. */
type Afterwards = (value: Value, report: Report, type: string, notes: Notes) => void;

/**
 * @param required names of required elements: `status|code`
 * @param notesMax number of notes that checks of members take for each object. The first one has a
 *   bit for each required name.
 * @param members makes the list when the first object is checked
 */
export function typeCheck(
  type: string,
  required: string,
  notesMax: number,
  members: () => MemberList,
  afterwards?: Afterwards,
): Check {
  const blank: Notes = Array.from({ length: notesMax }, (_, i) => (i === 0 ? 0 : undefined));
  const all = required === '' ? 0 : 2 ** required.split('|').length - 1;
  let checks: ReadonlyMap<string, MemberCheck> | undefined;
  return (value, report) => {
    checks ??= byName(members());
    const notes = notesMax === 0 ? blank : blank.slice();
    let count = 0;
    for (const name in value) {
      count++;
      const check = checks.get(name);
      if (check === undefined) unknownProperty(name, report);
      else check(value[name], report, name, value, type, notes);
    }
    report.keys += count;
    if (all !== 0 && notes[0] !== all) missing(notes[0] as number, type, required, report);
    if (afterwards !== undefined) afterwards(value, report, type, notes);
  };
}

function byName(list: MemberList): ReadonlyMap<string, MemberCheck> {
  const checks = new Map<string, MemberCheck>();
  for (let i = 0; i < list.length; i += 2)
    checks.set(list[i] as string, list[i + 1] as MemberCheck);
  return checks;
}

/** Runs two checks. */
export function also(first: MemberCheck, second: MemberCheck): MemberCheck {
  return (value, report, step, holder, type, notes) => {
    first(value, report, step, holder, type, notes);
    second(value, report, step, holder, type, notes);
  };
}

/**
 * Notes the value for what is checked afterwards. A lookup by name would cost more: V8 caches the
 * position of a name for about 2,000 object layouts, and FHIR has more.
 */
export function noted(at: number, check: MemberCheck): MemberCheck {
  return (value, report, step, holder, type, notes) => {
    notes[at] = value;
    check(value, report, step, holder, type, notes);
  };
}

/** Notes that a required element is present. */
export function required(bit: number, check: MemberCheck): MemberCheck {
  return (value, report, step, holder, type, notes) => {
    notes[0] = (notes[0] as number) | bit;
    check(value, report, step, holder, type, notes);
  };
}

/**
 * One type of a choice. Two types of one choice are an error. In FHIRPath its step is
 * `value.ofType(Quantity)`.
 */
export function choice(at: number, code: string, name: string, check: MemberCheck): MemberCheck {
  const itsStep = `${name}.ofType(${code})`;
  return (value, report, _step, holder, type, notes) => {
    const chosen = notes[at];
    if (chosen !== undefined && chosen !== code) {
      const said = `Both ${chosen} and ${code} are given: only one may be`;
      report.error('fhir-r4/choice', 'structure', said, name);
    }
    notes[at] = code;
    check(value, report, itsStep, holder, type, notes);
  };
}

/** The name of the type of a resource. It was read before. */
export function resourceType(): void {}
