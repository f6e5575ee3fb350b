/** Keeps resources that could not be sent, so that nothing is lost and they can be submitted again. */
import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../terminal/causes.ts';
import { whyOf } from '../../terminal/file-trouble.ts';

export interface UnsentFile {
  /** Appends the resource as one line of NDJSON. Never throws: what is sent meanwhile has to be counted. */
  keep(text: string): Promise<void>;
  /** Undefined until something was kept: no empty file is left behind. */
  name(): string | undefined;
  /** Why it does not hold everything; undefined if it does. */
  trouble(): string | undefined;
}

/** @param name of the file, created at the first resource. */
export function unsentFile(name: string): UnsentFile {
  let kept = false;
  let lost = 0;
  let why = '';
  return {
    keep: async (text) => {
      try {
        // Between JSON's tokens a line break is white space; inside of them there is none.
        await appendFile(name, `${text.replace(/[\r\n]+/g, ' ')}\n`, { mode: 0o600 });
        kept = true;
      } catch (error) {
        lost += 1;
        why = whyOf(error) ?? messageOf(error);
      }
    },
    name: () => (kept ? name : undefined),
    trouble: () =>
      lost === 0 ? undefined : `${lost} could not be kept in ${resolve(name)}: ${why}`,
  };
}
