/**
 * Checks an object of one type: a loop over its members that finds the check of each by its name.
 *
 * All types share this loop and the checks of shapes.ts and bindings.ts, with what the compiler says
 * of each type as data. A function for each type would be slower: V8 would have to compile hundreds
 * of them, and the processor would wait for their machine code.
 */
import { MEMBER_CHARACTERS, QUOTES, shortestOf } from '../text/shortest.ts';
import { isUsualText } from './characters.ts';
import { string } from './primitives.ts';
import type { Report } from './report.ts';
import { type Check, type MemberCheck, missing, type Notes, unknownProperty } from './shapes.ts';

type Value = Record<string, unknown>;

/** Names of members, each followed by its check. Later ones replace earlier ones. */
export type MemberList = readonly (string | MemberCheck | Noted)[];

/** A check whose value is noted, or whose element is required. */
interface Noted {
  readonly check: MemberCheck;
  /** Place of the note. -1: it is not noted. */
  readonly at: number;
  /** Bit of the required element. 0: it is not required. */
  readonly bit: number;
}

/** What is checked after all members: invariants and rules. */
type Afterwards = (value: Value, report: Report, type: string, notes: Notes) => void;

class Member implements Noted {
  readonly name: string;
  readonly check: MemberCheck;
  readonly at: number;
  readonly bit: number;
  /** Length of its name in a text, with what is around it. */
  readonly length: number;
  /** The member that came after this one the last time. Nearly always it does so again. */
  next: Member | undefined = undefined;

  constructor(name: string, { check, at, bit }: Noted) {
    this.name = name;
    this.check = check;
    this.at = at;
    this.bit = bit;
    this.length = name.length + MEMBER_CHARACTERS;
  }
}

/** Made when the first object of the type is checked: most types never occur. */
class Table {
  readonly blank: Notes;
  /** A bit for each required element. */
  readonly required: number;
  /** What comes before the first member. */
  readonly start = new Member('', { check: resourceType, at: -1, bit: 0 });
  readonly byName: ReadonlyMap<string, Member>;

  constructor(requiredNames: string, notesMax: number, members: MemberList) {
    this.blank = Array.from({ length: notesMax }, () => undefined);
    this.required = requiredNames === '' ? 0 : 2 ** requiredNames.split('|').length - 1;
    this.byName = membersByName(members);
  }
}

/**
 * @param requiredNames of required elements: `status|code`
 * @param notesMax number of notes on an object
 */
export function typeCheck(
  type: string,
  requiredNames: string,
  notesMax: number,
  members: () => MemberList,
  afterwards?: Afterwards,
): Check {
  let table: Table | undefined;
  return (value, report) => {
    table ??= new Table(requiredNames, notesMax, members());
    const notes = blankNotes(notesMax, table);
    let count = 0;
    // Two braces, and no comma after the last member.
    let shortest = 1;
    let present = 0;
    let last = table.start;
    for (const name in value) {
      const content = value[name];
      count++;
      let member = last.next;
      if (member === undefined || member.name !== name) {
        member = table.byName.get(name);
        last.next = member;
        if (member === undefined) {
          unknownProperty(name, report);
          continue;
        }
      }
      last = member;
      present |= member.bit;
      shortest += member.length;
      if (typeof content === 'string') {
        shortest += content.length + QUOTES;
        if (member.check === string && report.isFreeOfControls && isUsualText(content)) {
          // Most strings of a resource need no more.
          if (member.at >= 0) notes[member.at] = content;
          continue;
        }
      } else if (typeof content !== 'object') shortest += shortestOf(content);
      if (member.at >= 0) notes[member.at] = content;
      member.check(content, report, name, value, type, notes);
    }
    report.keys += count;
    report.shortest += shortest;
    if (present !== table.required) missing(present, type, requiredNames, report);
    if (afterwards !== undefined) afterwards(value, report, type, notes);
  };
}

/** Literals, because V8 allocates these without a call. Most types that note something note few. */
function blankNotes(count: number, table: Table): Notes {
  switch (count) {
    case 0:
      return table.blank;
    case 1:
      return [undefined];
    case 2:
      return [undefined, undefined];
    case 3:
      return [undefined, undefined, undefined];
    case 4:
      return [undefined, undefined, undefined, undefined];
    default:
      return table.blank.slice();
  }
}

function membersByName(list: MemberList): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    members.set(name, new Member(name, asNoted(list[i + 1] as MemberCheck | Noted)));
  }
  return members;
}

function asNoted(check: MemberCheck | Noted): Noted {
  return typeof check === 'function' ? { check, at: -1, bit: 0 } : check;
}

/**
 * Notes the value for what is checked afterwards. A lookup by name would cost more: V8 caches the
 * position of a name for about 2,000 object layouts, and FHIR has more.
 */
export function noted(at: number, check: MemberCheck | Noted): Noted {
  return { ...asNoted(check), at };
}

/** Notes that a required element is present. */
export function required(bit: number, check: MemberCheck | Noted): Noted {
  return { ...asNoted(check), bit };
}

/** Runs two checks. */
export function also(first: MemberCheck, second: MemberCheck): MemberCheck {
  return (value, report, step, holder, type, notes) => {
    first(value, report, step, holder, type, notes);
    second(value, report, step, holder, type, notes);
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
