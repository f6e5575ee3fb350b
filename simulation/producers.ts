/**
 * The producers. Each sends as its source, singly or in batches, again if it got no answer, and
 * sometimes with errors.
 */
import { batches } from '../cli/submit/batches.ts';
import type { Outgoing } from '../cli/submit/outgoing.ts';
import { type Refused, sendBatch } from '../cli/submit/send-batch.ts';
import type { Watcher } from './checker.ts';
import type { Effect } from './effects.ts';
import type { Host } from './host.ts';
import { SENDERS, type Source } from './outside.ts';
import type { Random } from './random.ts';
import { attributeBytes } from './sqs/limits.ts';
import type { Nature } from './submission.ts';
import { type Draft, draftOf, FILE, type Habits } from './submission-draft.ts';
import { momentIn, type Traffic } from './traffic.ts';
import type { World } from './world.ts';

const BATCH_MAX = 10;
/** The first pause before what was refused is sent again. Each is twice as long as the one before, up to half a minute. */
const AGAIN_MS = 2_000;
const AGAIN_MS_MAX = 30_000;
/** What all resources of a bad file do. */
const DEFECTS = ['throw', 'exit', 'kill', 'failing-at-server'] as const;
/** The principal of an unknown sender. */
const STRANGER = 'AROANOBODYKNOWSME';
const SOURCES = Object.keys(SENDERS) as [Source, ...Source[]];
/** Nothing else is wrong with what they send, and nobody has sent it before. */
const HEALTHY: Habits = {
  ...{ natures: {}, oddities: {}, badFiles: 0, refers: 0, long: 0, longest: 0, illegible: 0 },
  ...{ ids: 1e9, bucket: '' },
};

interface File extends Pick<Draft, 'lane'> {
  readonly size: number;
  readonly defect: Nature;
  readonly afterMs: number;
}

type Producer = ReturnType<World['outsider']> & { readonly sender: string };

export class Producers implements Watcher {
  readonly kinds = ['arrived'] as const;
  readonly #world: World;
  readonly #random: Random;
  /** By body, because a message may be accepted although the answer was lost. */
  readonly #drafts = new Map<string, Draft>();
  readonly #byName = new Map<string, Producer>();
  #waiting = 0;
  /** Number of the next draft. */
  #next = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.scheduler.random.fork();
  }

  /** Whether everything was submitted. */
  get areDone(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Submits from now on. With `only`, sends only the drafts with these numbers.
   */
  submit(count: number, traffic: Traffic, habits: Habits, only?: readonly number[]): void {
    const { scheduler } = this.#world;
    while (this.#next < count) {
      const number = this.#next;
      const size = Math.min(count - number, this.#random.between(1, BATCH_MAX));
      const source = this.#random.pick(SOURCES);
      const lane = this.#random.chance(0.7) ? 'background' : 'critical';
      const isBad = this.#random.chance(habits.badFiles);
      const defect = isBad ? this.#random.pick(DEFECTS) : undefined;
      const drafts = Array.from({ length: size }, (_, place) =>
        draftOf({ number: number + place, source, lane, defect }, habits, this.#random),
      );
      this.#next += size;
      const sent = drafts.filter((draft) => only?.includes(draft.number) ?? true);
      this.#waiting += 1;
      const afterMs = momentIn(traffic, this.#random);
      scheduler.after(afterMs, () => this.#sendAwaited(sent, habits.bucket));
    }
  }

  /** One healthy resource of each source, now. */
  sendOneEach(): void {
    for (const source of SOURCES) {
      const about = { number: this.#next, source, lane: 'critical' } as const;
      this.#next += 1;
      this.#waiting += 1;
      this.#sendAwaited([draftOf(about, HEALTHY, this.#random)], HEALTHY.bucket);
    }
  }

  /** A newer version of that resource, which is healthy. */
  sendNewer({
    source,
    lane,
    resourceType,
    id,
  }: Pick<Draft, 'source' | 'lane' | 'resourceType' | 'id'>): void {
    const about = { number: this.#next, source, lane, of: { resourceType, id } };
    this.#next += 1;
    this.#waiting += 1;
    this.#sendAwaited([draftOf(about, HEALTHY, this.#random)], HEALTHY.bucket);
  }

  /** A file besides, all of which has the same defect. */
  sendFile({ size, lane, defect, afterMs }: File): void {
    const source = this.#random.pick(SOURCES);
    const drafts = Array.from({ length: size }, (_, place) =>
      draftOf({ number: this.#next + place, source, lane, defect }, HEALTHY, this.#random),
    );
    this.#next += size;
    this.#waiting += 1;
    this.#world.scheduler.after(afterMs, () => this.#sendAwaited(drafts, HEALTHY.bucket));
  }

  /** A message that a lane's own queue has accepted is submitted. */
  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind !== 'arrived' || by === undefined) return;
    const { queue, message } = effect;
    const draft = this.#drafts.get(message.body);
    if (draft === undefined || queue.name !== this.#world.nameOf(draft.lane)) return;
    const { body: _, key: __, attributes: ___, ...known } = draft;
    this.#world.submitted({ ...known, messageId: message.id, sentAt: message.sentAt }, by);
  }

  #sendAwaited(drafts: readonly Draft[], bucket: string): void {
    void this.#send(drafts, bucket).finally(() => {
      this.#waiting -= 1;
    });
  }

  async #send(drafts: readonly Draft[], bucket: string): Promise<void> {
    const [first] = drafts;
    if (first === undefined) return;
    const strangers = drafts.filter(({ oddity }) => oddity === 'stranger');
    const others = drafts.filter(({ oddity }) => oddity !== 'stranger');
    await this.#sendAs(this.#producer('stranger', STRANGER), strangers, bucket);
    await this.#sendAs(this.#producerOf(first.source), others, bucket);
    // A producer that does not know whether its message was accepted sends it again.
    if (this.#random.chance(0.03))
      await this.#sendAs(this.#producerOf(first.source), others, bucket);
  }

  #producerOf(source: Source): Producer {
    return this.#producer(source, SENDERS[source]);
  }

  #producer(name: string, principal: string): Producer {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const sender = `${principal}:simulated`;
    const producer = { ...this.#world.outsider(name, sender), sender };
    this.#byName.set(name, producer);
    return producer;
  }

  async #sendAs(
    { host, sqs, s3 }: Producer,
    drafts: readonly Draft[],
    bucket: string,
  ): Promise<void> {
    for (const draft of drafts) this.#drafts.set(draft.body, draft);
    const queueUrl = this.#world.queueUrlOf(drafts[0]?.lane ?? 'background');
    let left = drafts.map((draft) => outgoingOf(draft, bucket));
    for (let againMs = AGAIN_MS; left.length > 0; againMs = Math.min(AGAIN_MS_MAX, againMs * 2)) {
      const target = { sqs, s3, queueUrl, bucket };
      const all: Refused[] = [];
      for await (const batch of batches(left)) {
        const { refused } = await sendBatch(target, batch, (ms) => host.pause(ms));
        all.push(...refused);
      }
      left = all.map(({ message }) => message);
      if (left.length > 0) await host.pause(againMs);
    }
  }
}

/** With the object that a claim check names, where that is there and its own. */
function outgoingOf(draft: Draft, bucket: string): Outgoing {
  const { source, oddity, body, text, key, number, attributes } = draft;
  return {
    resource: { kind: 'resource', text, file: FILE, line: number + 1 },
    body,
    attributes,
    groupId: source,
    bytes: Buffer.byteLength(body) + attributeBytes(attributes),
    ...(key !== undefined && oddity === 'claim-check' && { upload: { bucket, key, text } }),
  };
}
