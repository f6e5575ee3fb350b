/** Where what could not be sent goes, so that nothing is lost and it can be submitted again. */
import { appendFile } from 'node:fs/promises';

export interface UnsentFile {
  /** Appends the resource as one line of NDJSON. */
  keep(text: string): Promise<void>;
  /** Undefined until something was kept: no empty file is left behind. */
  name(): string | undefined;
}

/** @param name of the file, made at the first resource. */
export function unsentFile(name: string): UnsentFile {
  let kept = false;
  return {
    keep: async (text) => {
      kept = true;
      // Between JSON's tokens a line break is mere space; inside of them there is none.
      await appendFile(name, `${text.replace(/[\r\n]+/g, ' ')}\n`, { mode: 0o600 });
    },
    name: () => (kept ? name : undefined),
  };
}
