import type { QueueView } from '../../contract/snapshot.ts';
import { type Box, fullness, type LanePlan, type Way, waysOf } from '../model/drawing.ts';
import { laneWord } from '../model/lane-words.ts';
import { rate, short } from '../model/numbers.ts';
import { type EndFact, isTaken, type LaneFacts, squares } from '../model/pipeline-facts.ts';
import { duration } from '../model/times.ts';
import { Flowing } from './flowing.tsx';

interface LaneProps {
  readonly plan: LanePlan;
  readonly facts: LaneFacts;
}

export function LaneDrawing({ plan, facts }: LaneProps) {
  const ways = waysOf(plan);
  const { main, isolation, takenPerSecond = 0, isolatedPerSecond = 0, state } = facts;
  return (
    <g>
      <Title plan={plan} facts={facts} />
      <Flowing way={ways.taken} perSecond={takenPerSecond} stopped={!isTaken(state, main)} />
      {facts.isIsolating && (
        <>
          <Flowing
            way={ways.alone}
            perSecond={isolatedPerSecond}
            stopped={!isTaken(state, isolation)}
          />
          <Flowing way={ways.isolated} perSecond={isolatedPerSecond} trouble />
          <Queue box={plan.isolation} name="isolation" queue={isolation} />
        </>
      )}
      {facts.ends.map((end, index) => {
        const [way, box] = [ways.ends[index], plan.ends[index]];
        return way && box && <End key={end.name} way={way} box={box} end={end} />;
      })}
      <Queue box={plan.main} name="queue" queue={main} />
      <Environments box={plan.run} facts={facts} />
    </g>
  );
}

/** Like a lane, with the breaker as a switch in the way to the FHIR server. */
export function DeliveryDrawing({ plan, facts }: LaneProps) {
  const [toServer] = waysOf(plan).ends;
  return (
    <>
      <LaneDrawing plan={plan} facts={facts} />
      <Switch way={toServer} phase={facts.breaker?.phase ?? 'closed'} />
    </>
  );
}

function Title({ plan: { title }, facts: { lane, state, takenPerSecond } }: LaneProps) {
  const word = laneWord(state);
  return (
    <>
      <text x={title.x} y={title.y} class="title">
        {lane}
        <tspan dx="8" class={word.isTrouble ? 'attention' : 'quiet'}>
          {word.text}
        </tspan>
      </text>
      <text x={title.x + title.w} y={title.y} class="quiet end">
        {takenPerSecond === undefined ? '' : `${rate(takenPerSecond)} in`}
      </text>
    </>
  );
}

interface QueueProps {
  readonly box: Box;
  readonly name: string;
  readonly queue: QueueView | undefined;
}

function Queue({ box: { x, y, w, h }, name, queue }: QueueProps) {
  const waiting = queue === undefined ? undefined : queue.waiting + queue.delayed;
  const level = Math.round((h - 2) * fullness(waiting ?? 0));
  const [age, out] = [ageOf(queue), outOf(queue)];
  // If nothing is below it, the name is in the middle.
  const first = y + (age === '' && out === '' ? 29 : 19);
  return (
    <g class="queue">
      <rect x={x} y={y} width={w} height={h} class="box" />
      <rect x={x + 1} y={y + h - 1 - level} width="4" height={level} class="level" />
      <text x={x + 12} y={first} class="quiet">
        {name}
      </text>
      <text x={x + w - 8} y={first} class="end count">
        {waiting === undefined ? '?' : short(waiting)}
      </text>
      <text x={x + 12} y={y + 37} class="quiet small">
        {age}
      </text>
      <text x={x + w - 8} y={y + 37} class="end quiet small">
        {out}
      </text>
    </g>
  );
}

const outOf = (queue: QueueView | undefined) =>
  queue === undefined || queue.inFlight === 0 ? '' : `${short(queue.inFlight)} out`;

function ageOf(queue: QueueView | undefined): string {
  if (queue === undefined || queue.waiting === 0) return '';
  return queue.oldestAgeMs === undefined ? '' : duration(queue.oldestAgeMs);
}

const SQUARE = 9;
const PITCH = SQUARE + 3;

function Environments({
  box,
  facts: { functionName, environments },
}: {
  readonly box: Box;
  readonly facts: LaneFacts;
}) {
  const { x, y, w, h } = box;
  const columns = Math.floor((w - 20) / PITCH);
  const { shown, more } = squares(environments ?? { function: '', busy: 0 }, columns * 4);
  return (
    <g class="function">
      <rect x={x} y={y} width={w} height={h} class="box" />
      <text x={x + 10} y={y + 19}>
        {functionName.split('-')[0]}
      </text>
      {shown.map((state, index) => (
        <rect
          key={index}
          x={x + 10 + (index % columns) * PITCH}
          y={y + 30 + Math.floor(index / columns) * PITCH}
          width={SQUARE}
          height={SQUARE}
          class={state}
        />
      ))}
      <text x={x + 10} y={y + h - 11} class="quiet small">
        {environmentsWord(environments, more, w < ROOMY)}
      </text>
    </g>
  );
}

function environmentsWord(
  environments: LaneFacts['environments'],
  more: number,
  isTight: boolean,
): string {
  if (environments === undefined) return '';
  const { busy, frozen } = environments;
  const rest = frozen === undefined || isTight ? '' : ` · ${short(frozen)} idle`;
  return `${short(busy)} busy${rest}${more > 0 ? ` (+${more})` : ''}`;
}

/** In a narrower box, words are shortened beside a number. */
const ROOMY = 118;
/** In a narrower box, words are always shortened. */
const TIGHT = 96;

interface EndProps {
  readonly way: Way;
  readonly box: Box;
  readonly end: EndFact;
}

function End({ way, box: { x, y, w, h }, end }: EndProps) {
  const { name, brief, perSecond = 0, isTrouble, waiting = 0, href } = end;
  const isTight = w < ROOMY;
  const isHot = isTrouble && (perSecond > 0 || waiting > 0);
  const body = (
    <>
      <rect x={x} y={y} width={w} height={h} class="box" />
      <text x={x + 8} y={y + 20} class={isHot ? 'attention' : ''}>
        {w < TIGHT || (isTight && perSecond > 0) ? brief : name}
      </text>
      <text x={x + w - 8} y={y + 20} class={`end count ${isHot ? 'attention' : ''}`}>
        {end.perSecond === undefined || (perSecond === 0 && isTight) ? '' : rate(perSecond)}
      </text>
    </>
  );
  return (
    <g class="end-box">
      <Flowing way={way} perSecond={perSecond} trouble={isTrouble} />
      {href === undefined ? (
        body
      ) : (
        <a href={href} tabindex={-1}>
          {body}
        </a>
      )}
    </g>
  );
}

/** Closed: a line. Open: its arm is lifted. */
function Switch({ way: { from, to }, phase }: { readonly way: Way; readonly phase: string }) {
  const middle = (from.x + to.x) / 2;
  const arm = phase === 'closed' ? 0 : phase === 'open' ? -11 : -5;
  return (
    <g class={`switch ${phase}`}>
      <rect x={middle - 11} y={from.y - 6} width="22" height="12" class="gap" />
      <path d={`M${middle - 9} ${from.y}l18 ${arm}`} />
      <circle cx={middle - 9} cy={from.y} r="2.5" />
      <circle cx={middle + 9} cy={from.y} r="2.5" />
    </g>
  );
}
