/**
 * Whether a text names a patient who was erased after it was sent. Then it must not be stored, not even in
 * Quarantine. What was sent after the latest erasure, which is nearly everything, is not searched.
 */
import {
  type Claim,
  claimOn,
  ERASURES_KNOWN_MS,
  type ErasureBook,
  erasureBook,
  objectText,
} from '../core/erasure/erasure.ts';
import { patientsNamed } from '../core/erasure/patient-references.ts';
import type { BodyLocation } from '../core/message/claim-check.ts';
import type { Origin } from '../core/message/messages.ts';
import { type ErasureRecord, readErasedBy, readErasures } from './erasures-table.ts';
import type { Table } from './handles.ts';
import type { HashKey } from './keyed-hash.ts';

export class ErasedPatients {
  readonly #table: Table;
  readonly #hashKey: HashKey;
  readonly #now: () => number;
  #records: readonly ErasureRecord[] = [];
  #book: ErasureBook = erasureBook([]);
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<ErasureBook> | undefined;

  constructor(table: Table, hashKey: HashKey, now: () => number) {
    this.#table = table;
    this.#hashKey = hashKey;
    this.#now = now;
  }

  /**
   * The erasure that applies to the submission. What a refused sender claimed counts as well (R51). Throws
   * if the erasures cannot be read: then it is unknown what may be stored (R09).
   */
  async claimOn(text: string, origin: Origin): Promise<Claim | undefined> {
    const book = await this.#current();
    const { source, claims, sentAt } = origin;
    if (sentAt > book.latestAt) return undefined;
    const hash = await this.#hashKey.hash();
    const named = patientsNamed(text);
    const sources = [source, ...(claims?.source === undefined ? [] : [claims.source])];
    const found = sources.map((each) => claimOn(named, { source: each, sentAt }, book, hash));
    return found.find((claim) => claim !== undefined && !claim.kept);
  }

  /**
   * The number of the erasure that applies to the submission: by whom its text names, or else because it deletes,
   * or has deleted, the object of its claim check (undefined if the text is not in one, or was read). Throws as above.
   */
  async erasureOf(
    text: string,
    origin: Origin,
    object: BodyLocation | undefined,
  ): Promise<number | undefined> {
    const claim = await this.claimOn(text, origin);
    if (claim !== undefined) return claim.erasure.number;
    return object && this.#erasureOfObject(object, origin);
  }

  /** Whom the object named cannot be read any more. It was noted before. */
  async #erasureOfObject(
    object: BodyLocation,
    { sentAt }: Pick<Origin, 'sentAt'>,
  ): Promise<number | undefined> {
    const book = await this.#current();
    if (sentAt > book.latestAt) return undefined;
    const hash = await this.#hashKey.hash();
    const number = await readErasedBy(this.#table, hash(objectText(object)));
    const noted = this.#records.find((each) => each.number === number);
    // A later erasure of the patient covers what was sent since, and finds no object any more.
    const latest = noted && book.byPatient.get(noted.patient);
    return [noted, latest].find((each) => each !== undefined && sentAt <= each.at)?.number;
  }

  async #current(): Promise<ErasureBook> {
    if (this.#now() - this.#readAt < ERASURES_KNOWN_MS) return this.#book;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Erasures are numbered without gaps, so new ones come after those that are known. */
  async #read(): Promise<ErasureBook> {
    const startedAt = this.#now();
    const news = await readErasures(this.#table, this.#records.length);
    if (news.length > 0) {
      this.#records = [...this.#records, ...news];
      this.#book = erasureBook(this.#records);
    }
    this.#readAt = startedAt;
    return this.#book;
  }
}
