import { type Box, type Drawing, fullness } from '../model/drawing.ts';
import { short } from '../model/numbers.ts';
import type { KernelQueue } from '../model/pipeline-facts.ts';

interface KernelProps {
  readonly drawing: Drawing;
  readonly queues: readonly KernelQueue[];
}

export function KernelDrawing({ drawing: { kernel, kernelTitle }, queues }: KernelProps) {
  if (queues.length === 0) return null;
  return (
    <g>
      <text x={kernelTitle.x} y={kernelTitle.y} class="title">
        kernel
        <tspan dx="8" class="quiet">
          its queues
        </tspan>
      </text>
      {kernel.map((box, index) => {
        const queue = queues[index];
        return queue && <KernelBox key={queue.name} box={box} queue={queue} />;
      })}
    </g>
  );
}

function KernelBox({
  box: { x, y, w, h },
  queue,
}: {
  readonly box: Box;
  readonly queue: KernelQueue;
}) {
  const { name, messages, dead } = queue;
  const level = Math.round((h - 2) * fullness(messages));
  return (
    <g class="queue">
      <rect x={x} y={y} width={w} height={h} class="box" />
      <rect x={x + 1} y={y + h - 1 - level} width="4" height={level} class="level" />
      <text x={x + 12} y={y + 22} class="quiet">
        {name}
      </text>
      <text x={x + w - 8} y={y + 22} class={`end count ${dead > 0 ? 'attention' : ''}`}>
        {dead > 0 ? `${short(dead)} dead` : short(messages)}
      </text>
    </g>
  );
}
