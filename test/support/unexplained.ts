/** What may be left when a handler has answered, and why. Anything else acts after its invocation (R61). */
import type { Unfinished } from '../../packages/local-lambda/lambda/unfinished.ts';

interface Explained {
  readonly kind: string;
  /** The file of the innermost frame of our own code. */
  readonly file: string;
  readonly because: string;
}

const EXPLAINED: readonly Explained[] = [
  {
    kind: 'WORKER',
    file: 'packages/isolation/worker-thread.ts',
    because: 'a warm worker, or one that loads in place of a dead one: it has no resource',
  },
  {
    kind: 'PROCESSWRAP',
    file: 'packages/isolation/child.ts',
    because: 'kept for the next resource that runs alone',
  },
];

/** Each in a line, once. */
export function unexplained(left: readonly Unfinished[]): string[] {
  const lines = left
    .filter((work) => !EXPLAINED.some((one) => explains(one, work)))
    .map(({ kind, at }) => {
      const own = at.filter(isOwn);
      return [kind, ...(own.length > 0 ? own : at)].join(' < ');
    });
  return [...new Set(lines)];
}

/** Deployed code of ours: neither Node nor a library. */
const OWN = /\/(aws|breaker|core|functions|packages|telemetry)\//;
const isOwn = (frame: string) => OWN.test(frame) && !frame.includes('/node_modules/');

function explains({ kind, file }: Explained, work: Unfinished): boolean {
  const own = work.at.find(isOwn);
  return work.kind === kind && own !== undefined && own.includes(file);
}
