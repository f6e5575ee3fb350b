/** The live pipeline. A table says the same as the drawing, for screen readers. */
import type { Snapshot } from '../../contract/snapshot.ts';
import { drawingOf } from '../model/drawing.ts';
import { deliveryFacts, kernelQueues, laneFacts, lanesOf } from '../model/pipeline-facts.ts';
import { flow, now, snapshot } from '../state.ts';
import { KernelDrawing } from './kernel-drawing.tsx';
import { DeliveryDrawing, LaneDrawing } from './lane-drawing.tsx';
import { PipelineTable } from './pipeline-table.tsx';
import { ResourcesDrawing } from './resources-drawing.tsx';
import { useWidth } from './use-width.ts';

export function Pipeline() {
  const { place, width } = useWidth();
  const shown = snapshot.value;
  return (
    <div class="pipeline" ref={place}>
      {shown !== undefined && width > 0 && <Drawn snapshot={shown} width={width} />}
    </div>
  );
}

function Drawn({
  snapshot: shown,
  width,
}: {
  readonly snapshot: Snapshot;
  readonly width: number;
}) {
  const lanes = lanesOf(shown);
  const facts = lanes.map((lane) => laneFacts(shown, flow.value, lane, now.value));
  const delivery = deliveryFacts(shown, flow.value, now.value);
  const kernel = kernelQueues(shown);
  const parts = { lanes, delivery: delivery !== undefined, kernelQueues: kernel.length };
  const drawing = drawingOf(width, parts);
  return (
    <>
      <svg width={drawing.width} height={drawing.height} aria-hidden="true">
        {drawing.resources && <ResourcesDrawing drawing={drawing} facts={facts} />}
        {drawing.lanes.map((plan, index) => {
          const here = facts[index];
          return here && <LaneDrawing key={plan.lane} plan={plan} facts={here} />;
        })}
        {drawing.delivery && delivery && (
          <DeliveryDrawing plan={drawing.delivery} facts={delivery} />
        )}
        <KernelDrawing drawing={drawing} queues={kernel} />
      </svg>
      <PipelineTable lanes={facts} delivery={delivery} kernel={kernel} />
    </>
  );
}
