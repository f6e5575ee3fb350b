import type { Faults } from '../faults.ts';

/** A place of the code. */
export interface Part {
  readonly file: string;
  /** The text in the source, which must occur once. */
  readonly code: string;
  /** The text that replaces it. */
  readonly without: string;
}

/** A fence of the code: a condition or check that prevents harm by late or repeated messages. */
export interface Fence extends Part {
  readonly name: string;
  /** What covers it, and is taken out with it. */
  readonly also?: readonly Part[];
  /** Which runs can find that it is missing, by the faults that they draw. Others are not tried. */
  readonly needs?: (drawn: Faults) => boolean;
  /** Why the simulation cannot find that it is missing. */
  readonly unseen?: string;
}

export const partsOf = ({ file, code, without, also = [] }: Fence): readonly Part[] => [
  { file, code, without },
  ...also,
];

/** The source of a file without a fence. @throws where the fence is not there, or more than once */
export function withoutFence(fence: Fence, file: string, source: string): string {
  const parts = partsOf(fence).filter((part) => part.file === file);
  return parts.reduce((text, { code, without }) => {
    const around = text.split(code);
    if (around.length !== 2) {
      throw new Error(
        `fence "${fence.name}": ${file} holds its code ${around.length - 1} times, and not once`,
      );
    }
    return around.join(without);
  }, source);
}
