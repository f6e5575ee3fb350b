import { beat, breadth, type Way } from '../model/drawing.ts';

interface FlowingProps {
  readonly way: Way;
  readonly perSecond: number;
  readonly stopped?: boolean;
  readonly trouble?: boolean;
}

/** Dots move along the way, faster for a higher rate. A way without traffic is drawn cut. */
export function Flowing({ way, perSecond, stopped = false, trouble = false }: FlowingProps) {
  const { from, to } = way;
  const middle = (from.x + to.x) / 2;
  const seconds = stopped ? undefined : beat(perSecond);
  const tone = trouble && perSecond > 0 ? 'trouble' : '';
  return (
    <g class={`way ${tone} ${stopped ? 'stopped' : ''}`}>
      <path
        d={`M${from.x} ${from.y}H${to.x}`}
        class="bed"
        stroke-width={breadth(stopped ? 0 : perSecond)}
      />
      {seconds !== undefined && <Dots way={way} seconds={seconds} />}
      {stopped && (
        <path d={`M${middle - 3} ${from.y - 7}v14M${middle + 3} ${from.y - 7}v14`} class="valve" />
      )}
    </g>
  );
}

/** Distance between dots. */
const GAP = 14;

/**
 * The dots are drawn once and moved together, which needs no redrawing. The frame clips those
 * beyond the way.
 */
function Dots({ way: { from, to }, seconds }: { readonly way: Way; readonly seconds: number }) {
  const length = Math.abs(to.x - from.x);
  const direction = to.x < from.x ? 'reverse' : 'normal';
  return (
    <svg x={Math.min(from.x, to.x)} y={from.y - 3} width={length} height="6" aria-hidden="true">
      <path
        d={`M${-GAP} 3H${length + GAP}`}
        class="dots"
        style={{ animationDuration: `${seconds}s`, animationDirection: direction }}
      />
    </svg>
  );
}
