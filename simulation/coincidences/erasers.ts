/**
 * Operators who erase a patient, interrupted at the worst moment. Their computer sleeps while an erasure waits, until somebody
 * begins what it must not overlook; or when it has read what it is about to erase, until somebody changes that. Or the command
 * dies once it has emptied something whose body is in the bucket, which nothing points to from then on. Or S3 cannot use the key
 * while it looks for bodies.
 */
import { SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import type { Watcher } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { covers, type RecordedErasure } from '../erasures.ts';
import { type Host, isOperator } from '../host.ts';
import { eraseOf, LONG } from '../operators/choose-erasure.ts';
import type { Operators } from '../operators/operators.ts';
import { KEY_OF_S3 } from '../outages.ts';
import { isSource, serverOf } from '../outside.ts';
import type { Producers } from '../producers.ts';
import { Random } from '../random.ts';
import { AT_SERVER } from '../servers/fhir-server.ts';
import type { Submission } from '../submission.ts';
import { anotherThan } from '../submission-draft.ts';
import type { World } from '../world.ts';

/** There are many notes of what is erased. */
const AT_A_NOTE = 0.3;
const NOTED_MS = [1_000, 150_000] as const;
/** An erasure has waited for all that runs (cli/erase/stage.ts). */
const SETTLED_MS = 42_000;
const WAITING_MS = [60_000, 300_000] as const;
/** After the erasure was recorded: its computer must know that it was. */
const SOON_MS = 3_000;
const DOWN_MS = [40_000, 80_000] as const;
const WITHOUT_KEY_MS = [20, 20_000] as const;
/** So that erasures end, and servers and lanes come back. */
const MOST = { sleeps: 12, deaths: 3, outages: 3, keys: 2 };

/** Who does something meanwhile. */
interface People {
  readonly producers: Pick<Producers, 'sendNewer'>;
  readonly operators: Pick<Operators, 'give'>;
}

type WakesAt = (effect: Effect, by: Host | undefined) => boolean;

export class Erasers implements Watcher {
  readonly kinds: readonly Effect['kind'][];
  readonly #world: World;
  readonly #random: Random;
  readonly #people: People;
  readonly #asleep = new Map<Host, WakesAt>();
  readonly #left = { ...MOST };
  /** When the last thing is well again that was broken down here. */
  #wellAt = 0;

  constructor(world: World, people: People, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
    this.#people = people;
    const { eraserInterrupted } = world.drawn.coincidences;
    this.kinds = eraserInterrupted > 0 ? ['called', 'written', 'put', 'submitted'] : [];
  }

  see(effect: Effect, by: Host | undefined): void {
    for (const [host, wakesAt] of this.#asleep) if (wakesAt(effect, by)) this.#wake(host);
    if (this.#world.isHealed) return;
    if (effect.kind === 'submitted') this.#submitted(effect.submission);
    if (effect.kind === 'written' && effect.table.endsWith('-resources')) this.#stored(effect);
    if (!isOperator(by)) return;
    if (effect.kind === 'called' && isNote(effect.command)) this.#noted(by);
    if (effect.kind === 'called' && this.#isRead(effect.command) && this.#befalls('keys'))
      this.#world.breakDown(KEY_OF_S3, this.#random.between(...WITHOUT_KEY_MS));
    if (effect.kind !== 'written') return;
    if (isBegun(effect)) this.#begun(Number(effect.after?.['number']), by);
    if (isEmptied(effect) && this.#befalls('deaths')) by.dieSoon();
  }

  /** A resource that its server will refuse: it cannot be asked for some time. */
  #stored({ before, after }: EffectOf<'written'>): void {
    const { scheduler } = this.#world;
    const submission = this.#submissionOf(after);
    const isNew = before?.['messageId'] !== after?.['messageId'];
    if (!isNew || submission?.nature !== AT_SERVER.refused || scheduler.now < this.#wellAt) return;
    if (!this.#befalls('outages')) return;
    this.#breakDown(serverOf(submission.source));
  }

  /**
   * Its body will come into the bucket. The lane does not load until an erasure of the patient with that id at another
   * source has waited, so it comes when that looks.
   */
  #submitted({ lane, source, nature, oddity, text, patients }: Submission): void {
    const [id] = patients;
    const isPut = nature === 'invalid' && oddity === undefined && text.length > LONG;
    if (!isPut || id === undefined || !isSource(source) || !this.#befalls('outages')) return;
    this.#breakDown(this.#world.nameOf(`validate-${lane}`));
    this.#people.operators.give(eraseOf(anotherThan(source), id));
  }

  #begun(number: number, by: Host): void {
    const { scheduler } = this.#world;
    if (!this.#befalls('sleeps')) return;
    const from = scheduler.now + SETTLED_MS;
    scheduler.after(SOON_MS, () => {
      this.#sleep(by, this.#random.between(...WAITING_MS), (effect, who) => {
        if (scheduler.now < Math.max(from, this.#wellAt) || who === undefined) return false;
        const erasure = this.#world.erasures.find((each) => each.number === number);
        const isPut = this.#isPutForAnother(effect, erasure);
        if (!isPut && !this.#isLeased(effect, erasure)) return false;
        // What points to the body comes when the erasure has looked.
        if (isPut) who.beLateSoon();
        // It goes on then.
        who.standStill(this.#world.faults.functions.stallMs);
        return true;
      });
    });
  }

  #noted(by: Host): void {
    if (!this.#befalls('sleeps', AT_A_NOTE)) return;
    this.#sleep(by, this.#random.between(...NOTED_MS), (effect, who) => {
      return who !== by && (this.#isChanged(effect) || this.#isLeased(effect));
    });
    this.#sendNewer();
    this.#sendBack();
  }

  /** Of the row that is likely to be erased next. */
  #sendNewer(): void {
    const row = this.#first('resources', ({ erasure }) => erasure === undefined);
    const submission = this.#submissionOf(row);
    if (submission === undefined || !isSource(submission.source)) return;
    this.#people.producers.sendNewer({ ...submission, source: submission.source });
  }

  /** Likewise the entry. */
  #sendBack(): void {
    const entry = this.#first('quarantine', ({ status }) => status === 'quarantined');
    if (entry === undefined) return;
    const selection = { kind: 'ids', ids: [String(entry['pk'])] } as const;
    const { now: before } = this.#world.scheduler;
    this.#people.operators.give({ kind: 'redrive', selection, only: {}, before, rate: 10 });
  }

  #first(table: 'resources' | 'quarantine', isLeft: (item: Item) => boolean): Item | undefined {
    const { services } = this.#world;
    const items = services.dynamo.table(this.#world.nameOf(table)).items();
    return [...items].find((item) => isLeft(item) && this.#isCovered(this.#submissionOf(item)));
  }

  /** A server begins to get a resource that it will refuse. */
  #isLeased(effect: Effect, erasure?: RecordedErasure): boolean {
    if (effect.kind !== 'written' || !effect.table.endsWith('-resources')) return false;
    const { before, after } = effect;
    if (before?.['deliveryLease'] !== undefined || after?.['deliveryLease'] === undefined)
      return false;
    const submission = this.#submissionOf(after);
    return submission?.nature === AT_SERVER.refused && this.#isCovered(submission, erasure);
  }

  /** A version of a body that is to be erased (aws/object-versions.ts). */
  #isRead(command: object): boolean {
    const { input = {} } = command as { input?: { Key?: unknown; VersionId?: unknown } };
    if (typeof input.Key !== 'string' || input.VersionId === undefined) return false;
    const [, messageId = ''] = input.Key.split('/');
    return this.#isCovered(this.#world.submissions.get(messageId));
  }

  /** A newer submission replaces a row, or an entry is sent back or ends. */
  #isChanged(effect: Effect): boolean {
    if (effect.kind !== 'written') return false;
    const { table, before, after } = effect;
    if (!this.#isCovered(this.#submissionOf(before))) return false;
    if (table.endsWith('-resources')) return before?.['messageId'] !== after?.['messageId'];
    return table.endsWith('-quarantine') && before?.['status'] !== after?.['status'];
  }

  /** The body of another source's resource, of a patient with the same id. */
  #isPutForAnother(effect: Effect, erasure: RecordedErasure | undefined): boolean {
    if (
      erasure === undefined ||
      effect.kind !== 'put' ||
      effect.version.key.startsWith(SUBMISSIONS_PREFIX)
    )
      return false;
    const [, messageId = ''] = effect.version.key.split('/');
    const submission = this.#world.submissions.get(messageId);
    if (submission === undefined || submission.source === erasure.source) return false;
    return covers({ ...erasure, source: submission.source }, submission);
  }

  #isCovered(submission: Submission | undefined, by?: RecordedErasure): boolean {
    if (submission === undefined) return false;
    const erasures = by === undefined ? this.#world.erasures : [by];
    return erasures.some((each) => covers(each, submission));
  }

  #submissionOf({ messageId, pk }: Item = {}): Submission | undefined {
    return this.#world.submissions.get(String(messageId ?? pk));
  }

  #sleep(host: Host, ms: number, wakesAt: WakesAt): void {
    this.#world.scheduler.note(`${host.name} sleeps`);
    host.freeze();
    this.#asleep.set(host, wakesAt);
    this.#world.scheduler.after(ms, () => this.#wake(host));
  }

  #wake(host: Host): void {
    if (this.#asleep.delete(host)) host.thaw();
  }

  #befalls(what: keyof typeof MOST, share = 1): boolean {
    const rate = this.#world.faults.coincidences.eraserInterrupted;
    if (this.#left[what] === 0 || !this.#random.chance(rate * share)) return false;
    this.#left[what] -= 1;
    return true;
  }

  #breakDown(of: string): void {
    const ms = this.#random.between(...DOWN_MS);
    this.#wellAt = this.#world.scheduler.now + ms;
    this.#world.breakDown(of, ms);
  }
}

/** Whether it says what is about to be erased (aws/erasures-table.ts). */
function isNote(command: object): boolean {
  const { input = {} } = command as { input?: { Item?: { pk?: unknown } } };
  return input.Item?.pk === 'erased';
}

const isBegun = ({ table, before, after }: EffectOf<'written'>): boolean =>
  table.endsWith('-erasures') && before === undefined && after?.['pk'] === 'erasures';

const isEmptied = ({ before, after }: EffectOf<'written'>): boolean =>
  before?.['bodyS3'] !== undefined && after?.['bodyS3'] === undefined;
