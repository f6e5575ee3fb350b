/**
 * The marks of `validate` (R03), as they are written. They are the only trace of what an environment had when it
 * died, so an older write must change nothing: the messages of a death would not be found, and others would be taken
 * for them.
 */
import { RuleBroken } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { EffectOf } from '../effects.ts';

export interface Mark {
  readonly requestId: string;
  readonly messageIds: readonly string[];
  /** Epoch ms. */
  readonly leaseEndsAt: number;
}

export class Marks {
  /** The mark that each environment wrote last. */
  readonly #latest = new Map<string, Mark>();
  /** Keys of the marks that their environments removed. */
  readonly #removed = new Set<string>();

  latestOf(host: string): Mark | undefined {
    return this.#latest.get(host);
  }

  /** The mark that this effect writes. Undefined if it writes none. @throws RuleBroken */
  written({ before, after }: EffectOf<'written'>, host: string): Mark | undefined {
    const { pk, sk } = after ?? before ?? {};
    if (!String(pk).startsWith('mark#')) return undefined;
    const key = `${pk} ${sk}`;
    if (after === undefined) {
      this.#removed.add(key);
      return undefined;
    }
    const mark = markOf(after);
    const { length } = mark.messageIds;
    if (before === undefined && length > 0 && this.#removed.has(key)) {
      throw new RuleBroken(
        'R03',
        `${host} removed a mark that is there again, with ${length} messages`,
      );
    }
    if (before !== undefined && Number(before['write']) > Number(after['write'])) {
      throw new RuleBroken('R03', `an older write of its mark has replaced what ${host} runs`);
    }
    this.#latest.set(host, mark);
    return mark;
  }
}

function markOf(item: Item): Mark {
  return {
    requestId: String(item['requestId']),
    messageIds: item['messageIds'] as unknown as readonly string[],
    leaseEndsAt: Number(String(item['sk']).split('#')[0]),
  };
}
