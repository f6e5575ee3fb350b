/** A fence of the code: a condition or a check without which something that comes late or twice does harm. */
export interface Fence {
  readonly name: string;
  readonly file: string;
  /** As it stands in the source, once. */
  readonly code: string;
  /** What stands there without it. */
  readonly without: string;
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
