import { NotWritten } from '../aws/conditional-write.ts';

const TRIES_MAX = 3;

/**
 * Repeats an operator's command while it is known not to have taken effect. Each time it is decided again
 * on the current table, so a late effect of an earlier try is found, and not repeated.
 */
export async function untilWritten<T>(say: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await say();
    } catch (fault) {
      if (!(fault instanceof NotWritten) || tries === TRIES_MAX) throw fault;
    }
  }
}
