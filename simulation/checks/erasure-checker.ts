/**
 * Erasures of patients (docs/retention.md). When one has ended, nothing of what it covers is left: no content in Resources, in
 * Quarantine or in the bucket. From then on nothing of it is stored anew or sent to a FHIR server. What it does not cover
 * is not lost: neither a row or an entry, nor the body of one. Bodies on their way between queues (`hops/`) expire, and are not looked at.
 */
import { DELIVERY_ENTRY } from '../../aws/quarantine-entries.ts';
import { HOPS_PREFIX, SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { covers, type RecordedErasure } from '../erasures.ts';
import { type Host, isOperator } from '../host.ts';
import type { Version } from '../s3/bucket.ts';
import type { Submission } from '../submission.ts';
import { REFUSED_FOR_RATE } from './rates-checker.ts';

/** What must not be left of a row or an entry. A line's number names nobody without its file. */
const CONTENT = [
  'body',
  'bodyS3',
  'bodyBytes',
  'contentHash',
  'original',
  'corrections',
  'file',
  'pinned',
];
const OF_ATTEMPTS: ReadonlySet<string> = new Set(['file', 'pinned']);
const OPEN: ReadonlySet<unknown> = new Set(['in-isolation', 'redriven']);
/** What an entry may say instead: why its message was refused. */
const REFUSED = 'message/erased';
const MISSING = 'claim-check/missing';

export class ErasureChecker implements Checker {
  readonly kinds: readonly Effect['kind'][];
  readonly #seen: Seen;
  /** By the number in the resource: one may be sent twice. */
  readonly #byNumber = new Map<number, Submission[]>();
  /** Numbers of erasures that have begun. */
  readonly #open = new Set<number>();
  readonly #ended: RecordedErasure[] = [];
  readonly #corrected = new Set<Version>();

  constructor(seen: Seen) {
    this.#seen = seen;
    const erases = seen.drawn.operators.erases > 0;
    this.kinds = erases ? ['submitted', 'written', 'put', 'requested'] : [];
  }

  see(effect: Effect, by: Host | undefined): void {
    switch (effect.kind) {
      case 'submitted': {
        const { number } = effect.submission;
        this.#byNumber.set(number, [...(this.#byNumber.get(number) ?? []), effect.submission]);
        return;
      }
      case 'written':
        this.#written(effect);
        return;
      case 'put':
        // An operator may correct a body while another one erases its patient.
        if (isOperator(by)) this.#corrected.add(effect.version);
        else if (!effect.version.key.startsWith(SUBMISSIONS_PREFIX))
          this.#mustBeFree(effect.version);
        return;
      case 'requested': {
        const { body, url } = effect.call;
        const number = effect.call.method === 'PUT' ? numberIn(body) : undefined;
        if (number !== undefined && this.#isGone(number)) {
          throw new RuleBroken('erasure', `#${number} is sent to ${url} after it was erased`);
        }
      }
    }
  }

  unfinished(): string | undefined {
    const [first] = this.#open;
    return first === undefined ? undefined : `erasure ${first} has not ended`;
  }

  #written({ table, before, after }: EffectOf<'written'>): void {
    if (table.endsWith('-erasures')) this.#begunOrEnded(after);
    if (after === undefined || !/-(?:resources|quarantine)$/.test(table)) return;
    const submission = this.#submissionOf(after);
    if (submission === undefined) return;
    const isNew = after['erasure'] !== undefined && before?.['erasure'] !== after['erasure'];
    if (isNew && !isOdd(submission) && !isCovered(this.#seen.erasures, submission)) {
      const what = `#${submission.number} is erased from ${table}`;
      throw new RuleBroken('erasure', `${what}, and no erasure covers it`);
    }
    this.#mustBeEmpty(table, after, submission);
  }

  #begunOrEnded(after: Item | undefined): void {
    const number = Number(after?.['number']);
    const erasure = this.#seen.erasures.find((each) => each.number === number);
    if (after?.['pk'] !== 'erasures' || erasure === undefined) return;
    if (after['endedAt'] === undefined) {
      this.#open.add(number);
      return;
    }
    if (!this.#open.delete(number)) return;
    this.#ended.push(erasure);
    this.#lookEverywhere();
  }

  end(): void {
    if (this.#ended.length === 0) return;
    this.#lookEverywhere();
    this.#lookForLostBodies();
  }

  /** Of rows and entries that stay. An object of a producer may be erased with another message's patient. */
  #lookForLostBodies(): void {
    const { services, nameOf } = this.#seen;
    for (const end of ['resources', 'quarantine']) {
      for (const item of services.dynamo.table(nameOf.call(this.#seen, end)).items()) {
        const { bucket, key = '' } = (item['bodyS3'] ?? {}) as { bucket?: string; key?: string };
        if (!/^(?:resources|quarantine)\//.test(key)) continue;
        if (services.s3.bucket(bucket).current(key) !== undefined) continue;
        throw new RuleBroken('erasure', `${item['pk']} in ${end} has lost its body ${key}`);
      }
    }
  }

  #lookEverywhere(): void {
    const { services, nameOf, plan } = this.#seen;
    for (const end of ['resources', 'quarantine']) {
      const table = nameOf.call(this.#seen, end);
      for (const item of services.dynamo.table(table).items()) {
        const submission = this.#submissionOf(item);
        if (submission !== undefined) this.#mustBeEmpty(table, item, submission);
      }
    }
    for (const { name } of plan.buckets) {
      if (!name.includes('-bodies-')) continue;
      const bucket = services.s3.bucket(name);
      for (const version of bucket.keys.flatMap((key) => bucket.versionsOf(key))) {
        if (!this.#corrected.has(version)) this.#mustBeFree(version);
      }
    }
  }

  #mustBeEmpty(table: string, item: Item, submission: Submission): void {
    const covering = this.#ended.filter((erasure) => covers(erasure, submission));
    if (isOdd(submission) || covering.length === 0) return;
    const { outcome } = item;
    // Nothing shows whom an object named that was gone before the erasure began.
    const isNameless = typeof outcome === 'string' && outcome.includes(MISSING);
    if (isNameless && covering.every(({ at }) => at > Number(item['quarantinedAt']))) return;
    // Its message is on its way, and will be refused, or end as stored without them.
    const content = OPEN.has(item['status'])
      ? CONTENT.filter((name) => !OF_ATTEMPTS.has(name))
      : CONTENT;
    const left = content.filter((name) => item[name] !== undefined);
    // What it was refused for before holds nothing of it.
    const isRefused = item['reason'] === REFUSED_FOR_RATE;
    if (typeof outcome === 'string' && !isRefused && !outcome.includes(REFUSED)) {
      left.push('outcome');
    }
    if (left.length === 0) return;
    const what = `#${submission.number} was erased, and ${item['pk']} in ${table}`;
    throw new RuleBroken('erasure', `${what} holds its ${left.join(', ')}`);
  }

  #mustBeFree({ key, bytes, at }: Version): void {
    if (bytes === undefined || this.#ended.length === 0 || key.startsWith(HOPS_PREFIX)) return;
    if (!/^(?:submissions|resources|quarantine)\//.test(key)) return;
    const number = numberIn(Buffer.from(bytes).toString());
    if (number === undefined || !this.#isGone(number)) return;
    // A producer may have put it there for a message that it sends now, or its request came late.
    if (key.startsWith(SUBMISSIONS_PREFIX) && at > this.#erasedAt(number)) return;
    throw new RuleBroken('erasure', `#${number} was erased, and the bucket holds ${key}`);
  }

  /** Whether all that was sent under that number was erased. */
  #isGone(number: number): boolean {
    if (this.#ended.length === 0) return false;
    const all = this.#byNumber.get(number) ?? [];
    return all.length > 0 && all.every((each) => !isOdd(each) && isCovered(this.#ended, each));
  }

  /** When the last erasure began that covers what was sent under that number. */
  #erasedAt(number: number): number {
    const all = this.#byNumber.get(number) ?? [];
    const covering = this.#ended.filter((erasure) => all.some((each) => covers(erasure, each)));
    return Math.max(...covering.map(({ at }) => at));
  }

  #submissionOf({ messageId, pk }: Item): Submission | undefined {
    const id = String(messageId ?? pk);
    const { submissions } = this.#seen;
    return submissions.get(id.startsWith(DELIVERY_ENTRY) ? id.slice(DELIVERY_ENTRY.length) : id);
  }
}

/** Its source is not its sender's, or its text is not what it seems. */
const isOdd = ({ oddity }: Submission) => oddity !== undefined && oddity !== 'claim-check';

const isCovered = (erasures: readonly RecordedErasure[], submission: Submission) =>
  erasures.some((each) => covers(each, submission));

function numberIn(text: string): number | undefined {
  const [, number] = /"identifier":\[\{[^}]*"value":"(\d+)"/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number);
}
