import { ROUTES } from '../../contract/routes.ts';
import type { HoldView, LaneView } from '../../contract/supervision.ts';
import { doneBy } from '../client/done-by.ts';
import { laneWord, probeWord } from '../model/lane-words.ts';
import { howMany } from '../model/numbers.ts';
import { duration } from '../model/times.ts';
import { hello, now } from '../state.ts';
import { ask } from './ask.tsx';
import { Time } from './time.tsx';

export function Lanes({ lanes }: { readonly lanes: readonly LaneView[] }) {
  if (lanes.length === 0) return <p class="quiet">The supervisor of this stage knows no lanes.</p>;
  return (
    <ul class="rows">
      {lanes.map((lane) => (
        <Lane key={lane.lane} lane={lane} />
      ))}
    </ul>
  );
}

function Lane({ lane }: { readonly lane: LaneView }) {
  const word = laneWord(lane);
  const { holds, nextProbe, setbacks, mappings } = lane;
  const late = mappings.filter(({ differs }) => differs);
  return (
    <li>
      <div class="row">
        <strong>{lane.lane}</strong>
        <span class={word.isTrouble ? 'attention' : 'quiet'}>{word.text}</span>
        {hello.value?.operate === true && <LaneButton lane={lane} />}
      </div>
      {holds.map((hold) => (
        <Hold key={hold.holder} hold={hold} />
      ))}
      {nextProbe !== undefined && <p>{probeWord(nextProbe, now.value)}</p>}
      {setbacks > 0 && <p class="quiet">{howMany(setbacks, 'setback')} on its way back</p>}
      {late.map(({ queue }) => (
        <p key={queue} class="quiet">
          {queue} is not in its desired state; the supervisor corrects it within a minute.
        </p>
      ))}
    </li>
  );
}

function Hold({ hold: { holder, since, why, by } }: { readonly hold: HoldView }) {
  return (
    <p class="text">
      Held by the {holder}
      {by !== holder && ` (${by})`} for {duration(now.value - since)}: {why}{' '}
      <span class="quiet">
        since <Time at={since} />
      </span>
    </p>
  );
}

function LaneButton({ lane: { lane, holds } }: { readonly lane: LaneView }) {
  const isResumable = holds.some(({ holder }) => holder !== 'breaker');
  const word = isResumable ? 'resume' : 'pause';
  const text = isResumable
    ? 'This removes the holds of the operator and the supervisor. A breaker that is open still holds the lane.'
    : 'No message is received from its queues until an operator resumes it. Messages wait; none is lost.';
  const act = (reason: string) => doneBy(ROUTES.lane, { word, lane, reason });
  const hint = isResumable ? 'the cause is fixed' : 'the producer sends invalid data';
  const verb = isResumable ? 'Resume' : 'Pause';
  return (
    <button
      type="button"
      aria-label={`${verb} the lane ${lane}`}
      onClick={() => ask({ title: `${verb} the lane ${lane}?`, text, verb, hint, act })}
    >
      {verb} …
    </button>
  );
}
