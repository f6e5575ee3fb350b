import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isLastWord,
  lateUntilAfter,
  nextCall,
  versionIn,
} from '../../../core/delivery/late-put.ts';

const nothing = { isConflict: false, isAnswered: false };

describe('R05: the next call', () => {
  test('is a PUT until the server has answered one of this submission', () => {
    expect(nextCall(nothing, 5)).toEqual({ kind: 'put' });
    expect(nextCall({ ...nothing, version: 'a', lateUntil: 9 }, 5)).toEqual({ kind: 'put' });
    expect(nextCall({ ...nothing, isAnswered: true }, 5)).toEqual({ kind: 'put' });
  });

  test('is a PUT of what an operator sends again, whatever the server has answered before', () => {
    const before = { ...nothing, isAnswered: true, version: 'a' };
    expect(nextCall(before, 5)).toEqual({ kind: 'put' });
  });

  test('is a read after a conflict, at once', () => {
    const conflict = { isConflict: true, isAnswered: true, version: 'a', lateUntil: 9 };
    expect(nextCall(conflict, 5)).toEqual({ kind: 'read' });
  });

  test('waits until no PUT without a version can take effect, then reads', () => {
    const answered = { ...nothing, isAnswered: true, version: 'a', lateUntil: 9 };
    expect(nextCall(answered, 8)).toEqual({ kind: 'wait', until: 9 });
    expect(nextCall(answered, 9)).toEqual({ kind: 'read' });
  });

  test('is another PUT then if the server names no versions', () => {
    const answered = { ...nothing, isAnswered: true, lateUntil: 9 };
    expect(nextCall(answered, 8)).toEqual({ kind: 'wait', until: 9 });
    expect(nextCall(answered, 9)).toEqual({ kind: 'put' });
  });

  test('a PUT ends the delivery if it began when no other could take effect any more', () => {
    expect(isLastWord(undefined, 5)).toBe(true);
    expect(isLastWord(5, 5)).toBe(true);
    expect(isLastWord(6, 5)).toBe(false);
  });

  test('only a PUT without a version may take effect late', () => {
    expect(lateUntilAfter({}, 10, 60)).toBe(70);
    expect(lateUntilAfter({ lateUntil: 99 }, 10, 60)).toBe(99);
    expect(lateUntilAfter({ version: 'a' }, 10, 60)).toBeUndefined();
    expect(lateUntilAfter({ version: 'a', lateUntil: 20 }, 10, 60)).toBe(20);
  });
});

test.each([
  [200, 'W/"1"', { kind: 'version', version: 'W/"1"' }],
  [200, undefined, { kind: 'none' }],
  [404, undefined, { kind: 'none' }],
  [410, undefined, { kind: 'none' }],
  [403, undefined, { kind: 'none' }],
  [405, undefined, { kind: 'none' }],
  [401, undefined, { kind: 'failed' }],
  [408, undefined, { kind: 'failed' }],
  [425, undefined, { kind: 'failed' }],
  [429, undefined, { kind: 'failed' }],
  [500, undefined, { kind: 'failed' }],
  [300, 'W/"1"', { kind: 'failed' }],
  [302, undefined, { kind: 'failed' }],
  [0, undefined, { kind: 'failed' }],
])('a read answered by %d with %s shows %j', (status, etag, read) => {
  expect(versionIn({ status, version: etag, isForPeople: false })).toEqual(read);
});

test('R18: a version that a page for people names is not the server’s', () => {
  const page = { version: '"page"', isForPeople: true };
  expect(versionIn({ ...page, status: 200 })).toEqual({ kind: 'failed' });
  expect(versionIn({ ...page, status: 202, version: undefined })).toEqual({ kind: 'failed' });
  // Some clients may not read, and a gateway may say so by a page.
  expect(versionIn({ ...page, status: 403 })).toEqual({ kind: 'none' });
});

/** A server that finishes PUTs whenever it likes, up to LATE after the client gave up. */
interface Late {
  readonly order: number;
  readonly ifMatch: string | undefined;
  readonly at: number;
}
const LATE = 60;

class ModelServer {
  readonly #etags: boolean;
  held = { order: 0, version: 0 };
  late: Late[] = [];

  constructor(etags: boolean) {
    this.#etags = etags;
  }

  get etag(): string | undefined {
    return this.#etags ? `v${this.held.version}` : undefined;
  }

  put({ order, ifMatch }: Pick<Late, 'order' | 'ifMatch'>): boolean {
    if (ifMatch !== undefined && ifMatch !== this.etag) return false;
    this.held = { order, version: this.held.version + 1 };
    return true;
  }

  /** Everything that is due takes effect now. */
  catchUp(now: number): void {
    for (const each of this.late.filter(({ at }) => at <= now)) this.put(each);
    this.late = this.late.filter(({ at }) => at > now);
  }
}

test('R05: whatever ends late, dies or is submitted meanwhile, the server ends with the newest version', () => {
  const end = fc.record({
    /** `lost`: done, but not answered; `late`: done later; `died`: nobody recorded it. */
    how: fc.constantFrom('ok', 'ok', 'lost', 'late', 'never', 'died'),
    lateBy: fc.integer({ min: 0, max: LATE - 1 }),
    pass: fc.integer({ min: 1, max: 40 }),
    newer: fc.boolean(),
  });
  let finished = 0;
  fc.assert(
    fc.property(fc.boolean(), fc.array(end, { maxLength: 25 }), (etags, ends) => {
      const server = new ModelServer(etags);
      let now = 1_000;
      let order = 1;
      let answered = 0;
      let pending = true;
      let version: string | undefined;
      let lateUntil: number | undefined;
      let isConflict = false;
      const healthy = { how: 'ok', lateBy: 0, pass: 70, newer: false } as const;
      for (const { how, lateBy, pass, newer } of [...ends, ...Array(8).fill(healthy)]) {
        if (newer) {
          order += 1;
          pending = true;
        }
        server.catchUp(now);
        const next = nextCall(
          { version, lateUntil, isConflict, isAnswered: answered === order },
          now,
        );
        if (pending && next.kind === 'read') {
          const isSame = server.etag === version;
          if (!isConflict && isSame) {
            pending = false;
            lateUntil = undefined;
            finished += 1;
          } else {
            version = server.etag;
            answered = 0;
          }
          isConflict = false;
        }
        if (pending && next.kind === 'put') {
          const call = { order, ifMatch: version };
          const fails = how !== 'ok';
          if (how === 'late') server.late.push({ ...call, at: now + lateBy });
          const took = how === 'ok' || how === 'lost' || how === 'died' ? server.put(call) : false;
          if (fails) lateUntil = lateUntilAfter({ version, lateUntil }, now, LATE);
          else if (!took) isConflict = true;
          else {
            answered = order;
            version = server.etag;
            if (isLastWord(lateUntil, now)) {
              pending = false;
              lateUntil = undefined;
              finished += 1;
            }
          }
        }
        now += pass;
      }
      server.catchUp(now + LATE);
      expect([pending, server.held.order]).toEqual([false, order]);
    }),
    { numRuns: 3_000 },
  );
  expect(finished).toBeGreaterThan(3_000);
});
