import { NotWritten } from '../aws/conditional-write.ts';

const TRIES_MAX = 3;

/**
 * Says an operator's word again where it is known not to stand. Each time it is decided anew on what the
 * table holds then, so a word that arrived late after all is found, and not said twice.
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
