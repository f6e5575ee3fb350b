import type { Box, Drawing } from '../model/drawing.ts';
import { rate } from '../model/numbers.ts';
import type { LaneFacts } from '../model/pipeline-facts.ts';
import { Flowing } from './flowing.tsx';

/** Resources: what the lanes store, and what the delivery reads. */
export function ResourcesDrawing({
  drawing,
  facts,
}: {
  readonly drawing: Drawing;
  readonly facts: readonly LaneFacts[];
}) {
  const { resources, lanes, delivery } = drawing;
  if (resources === undefined) return null;
  const { x, y, w, h } = resources;
  const stored = facts.reduce((sum, { ends }) => sum + (ends[0].perSecond ?? 0), 0);
  const middleOf = (box: Box) => box.y + Math.round(box.h / 2);
  return (
    <g>
      {lanes.map(({ lane, ends: [end] }, index) => (
        <Flowing
          key={lane}
          way={{ from: { x: end.x + end.w, y: middleOf(end) }, to: { x, y: middleOf(end) } }}
          perSecond={facts[index]?.ends[0].perSecond ?? 0}
        />
      ))}
      {delivery && (
        <Flowing
          way={{
            from: { x: x + w, y: middleOf(delivery.main) },
            to: { x: delivery.main.x, y: middleOf(delivery.main) },
          }}
          perSecond={stored}
        />
      )}
      <rect x={x} y={y} width={w} height={h} class="box store" />
      <text x={x + w / 2} y={y + h / 2 - 2} class="middle">
        Resources
      </text>
      <text x={x + w / 2} y={y + h / 2 + 16} class="middle quiet">
        {rate(stored)}
      </text>
    </g>
  );
}
