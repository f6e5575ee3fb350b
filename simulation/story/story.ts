/** Reports a failed run for a person: the events that relate to the broken rule. */
import type { RuleBroken } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import { type Sentence, Sentences } from './sentences.ts';

interface Line extends Sentence {
  /** Virtual ms since the run began. */
  readonly at: number;
  /** The host that acts. */
  readonly host: string | undefined;
}

/** About a page. */
const LINES_MAX = 60;
const FIRST_MAX = 12;
const BEFALLEN = /(?:lostRequest|lostAnswer|late|throttled|failed)$/;

export class Story {
  readonly #sentences: Sentences;
  readonly #now: () => number;
  readonly #lines: Line[] = [];

  /** `now` returns virtual ms since the run began. */
  constructor(stackName: string, now: () => number) {
    this.#sentences = new Sentences(stackName);
    this.#now = now;
  }

  see(effect: Effect, by: Host | undefined): void {
    const sentence = this.#sentences.describe(effect, by);
    if (sentence === undefined) return;
    const host = by && this.#sentences.short(by.name);
    this.#lines.push({ ...sentence, at: this.#now(), host });
  }

  /** Adds a line of the event log: what happened to a call on its way is not an effect. */
  follow(line: string): void {
    if (!BEFALLEN.test(line)) return;
    const [, host = '', ...words] = this.#sentences.short(line).split(' ');
    const text = `${host}: ${words.slice(0, -1).join(' ')} meets ${words.at(-1)}`;
    this.#lines.push({ text, about: [host], at: this.#now(), host });
  }

  /** The story, at most a page. */
  tell(broken: Pick<RuleBroken, 'message'>): string {
    const subjects = this.#subjectsOf(this.#sentences.short(broken.message));
    const chosen = this.#chosen(subjects);
    const lines = chosen.map(({ at, text }) => `${seconds(at)}  ${text}`);
    if (lines.length <= LINES_MAX) return lines.join('\n');
    const last = LINES_MAX - FIRST_MAX;
    const between = `${' '.repeat(12)}… ${lines.length - LINES_MAX} more …`;
    return [...lines.slice(0, FIRST_MAX), between, ...lines.slice(-last)].join('\n');
  }

  /** Everything that the problem names. */
  #subjectsOf(problem: string): Set<string> {
    const names = new Set(this.#lines.flatMap(({ about }) => about));
    const words = new Set(problem.split(/[\s,;:()]+/));
    return new Set([...names].filter((name) => words.has(name)));
  }

  /** Lines about a subject, and lines about hosts that worked on one. */
  #chosen(subjects: ReadonlySet<string>): Line[] {
    const isSubject = ({ about }: Line) => about.some((name) => subjects.has(name));
    const busy = new Set<string>();
    return this.#lines.filter((line) => {
      const { host, text } = line;
      const chosen = isSubject(line);
      if (host === undefined) return chosen || text === 'Faults heal.';
      if (chosen && text.includes(' begins ')) busy.add(host);
      const isOver = / (?:ends .*|dies)$/.test(text);
      const isKept = chosen || (busy.has(host) && (isOver || text.includes(' meets ')));
      if (isOver) busy.delete(host);
      return isKept;
    });
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(3).padStart(9)} s`;
