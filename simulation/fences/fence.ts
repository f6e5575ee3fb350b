import type { Faults } from '../faults.ts';

/** A fence of the code: a condition or check that prevents harm by late or repeated messages. */
export interface Fence {
  readonly name: string;
  readonly file: string;
  /** The text in the source, which must occur once. */
  readonly code: string;
  /** The text that replaces it. */
  readonly without: string;
  /** Which runs can find that it is missing, by the faults that they draw. Others are not tried. */
  readonly needs?: (drawn: Faults) => boolean;
  /** Why the simulation cannot find that it is missing. */
  readonly unseen?: string;
}

/** The source of a file without a fence. @throws where the fence is not there, or more than once */
export function withoutFence({ name, file, code, without }: Fence, source: string): string {
  const parts = source.split(code);
  if (parts.length !== 2) {
    throw new Error(
      `fence "${name}": ${file} holds its code ${parts.length - 1} times, and not once`,
    );
  }
  return parts.join(without);
}
