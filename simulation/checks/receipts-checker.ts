/**
 * How many lines of each source ended how, as reports count it (R63). The facts that they are made of hold
 * each ending that was published, and nothing else, whatever came twice, died or was redriven. Counted by
 * the code of reports they give the number of messages that ended so.
 */
import { createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { DayTally, type ReportFact, VERDICTS } from '../../core/report/day-report.ts';
import { FACTS } from '../../core/report/insight-keys.ts';
import type { OutcomeFact } from '../../core/report/outcome-fact.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';

interface Ending {
  readonly messageId: string;
  readonly verdict: OutcomeFact['verdict'];
  readonly source: string;
  readonly lane: string;
}

export class ReceiptsChecker implements Checker {
  readonly kinds = ['arrived', 'put'] as const;
  readonly #bucket: string;
  readonly #key: string;
  readonly #tallies = new Map<string, DayTally>();
  /** By message id: each ending of a message is told several times, and hashes are dear. */
  readonly #hashes = new Map<string, string>();
  /** What the queue of reports was given, by message and verdict. */
  readonly #published = new Map<string, Ending>();
  readonly #missing = new Map<string, Ending>();
  readonly #objects = new Set<string>();

  constructor(seen: Pick<Seen, 'plan' | 'services'>) {
    const reporting = seen.plan.functions.find(({ name }) => name.endsWith('-reporting'));
    const env = reporting?.properties.Environment?.Variables ?? {};
    this.#bucket = env['REPORTS_BUCKET'] ?? '';
    this.#key = seen.services.secrets.get(env['HASH_KEY_ARN'] ?? '') ?? '';
  }

  see(effect: Effect): void {
    if (effect.kind === 'arrived' && effect.queue.name.endsWith('-reporting')) {
      this.#given(JSON.parse(effect.message.body) as Partial<Ending>);
    }
    if (effect.kind === 'put' && effect.bucket === this.#bucket) this.#kept(effect);
  }

  unfinished(): string | undefined {
    for (const { messageId, verdict } of this.#missing.values()) {
      return `that ${messageId} was ${verdict} is not kept for reports`;
    }
    return undefined;
  }

  end(): void {
    const counted = new Map<string, number>();
    for (const tally of this.#tallies.values()) {
      for (const { source, lane, ends } of tally.report().rows) {
        for (const verdict of VERDICTS) add(counted, `${source} ${lane} ${verdict}`, ends[verdict]);
      }
    }
    const right = new Map<string, number>();
    for (const { source, lane, verdict } of this.#published.values()) {
      add(right, `${source} ${lane} ${verdict}`, 1);
    }
    for (const name of new Set([...counted.keys(), ...right.keys()])) {
      const [is, must] = [counted.get(name) ?? 0, right.get(name) ?? 0];
      if (is === must) continue;
      throw new RuleBroken('R63', `reports count ${is} messages as ${name}, and there are ${must}`);
    }
  }

  #given({ messageId, verdict, source = '', lane = '' }: Partial<Ending>): void {
    if (messageId === undefined || verdict === undefined) return;
    const name = `${this.#hash(messageId)} ${verdict}`;
    if (this.#published.has(name)) return;
    const ending = { messageId, verdict, source, lane };
    this.#published.set(name, ending);
    this.#missing.set(name, ending);
  }

  #kept({ version: { key, bytes } }: EffectOf<'put'>): void {
    if (!key.startsWith(FACTS) || this.#objects.has(key)) return;
    this.#objects.add(key);
    const day = /day=([^/]+)/.exec(key)?.[1] ?? '';
    const tally = this.#tallies.get(day) ?? new DayTally(day);
    this.#tallies.set(day, tally);
    for (const line of gunzipSync(bytes ?? '')
      .toString()
      .split('\n')) {
      if (line === '') continue;
      const fact = JSON.parse(line) as ReportFact;
      tally.add(fact);
      if (fact.kind === 'outcome') this.#outcome(fact);
    }
  }

  #outcome({ message, verdict }: OutcomeFact): void {
    const name = `${message} ${verdict}`;
    this.#missing.delete(name);
    if (this.#published.has(name)) return;
    throw new RuleBroken('R63', `a fact says that ${message} was ${verdict}, and nobody said so`);
  }

  #hash(messageId: string): string {
    const known = this.#hashes.get(messageId);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', this.#key).update(messageId).digest('hex').slice(0, 32);
    this.#hashes.set(messageId, hash);
    return hash;
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
