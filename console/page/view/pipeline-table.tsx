import type { QueueView } from '../../contract/snapshot.ts';
import { laneWord } from '../model/lane-words.ts';
import { rate } from '../model/numbers.ts';
import type { KernelQueue, LaneFacts } from '../model/pipeline-facts.ts';
import { duration } from '../model/times.ts';

interface Props {
  readonly lanes: readonly LaneFacts[];
  readonly delivery: LaneFacts | undefined;
  readonly kernel: readonly KernelQueue[];
}

/** The drawing's content for screen readers. */
export function PipelineTable({ lanes, delivery, kernel }: Props) {
  const all = delivery === undefined ? lanes : [...lanes, delivery];
  const queues = all.flatMap(({ main, isolation }) => [main, isolation]);
  return (
    <div class="only-read">
      <table>
        <caption>Lanes</caption>
        <tbody>
          {all.map((facts) => (
            <LaneRow key={facts.lane} facts={facts} />
          ))}
        </tbody>
      </table>
      <table>
        <caption>Queues</caption>
        <tbody>
          {queues.map((queue) => queue && <QueueRow key={queue.name} queue={queue} />)}
          {kernel.map(({ name, messages, dead }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{messages} waiting or in flight</td>
              <td>{dead} dead letters</td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LaneRow({ facts }: { readonly facts: LaneFacts }) {
  const { lane, state, takenPerSecond, environments, ends } = facts;
  const rates = ends.map(({ name, perSecond }) => `${name} ${rate(perSecond ?? 0)}`).join(', ');
  return (
    <tr>
      <th scope="row">{lane}</th>
      <td>{laneWord(state).text}</td>
      <td>{rate(takenPerSecond ?? 0)} in</td>
      <td>{environments?.busy ?? 0} environments busy</td>
      <td>{rates}</td>
    </tr>
  );
}

function QueueRow({ queue }: { readonly queue: QueueView }) {
  const { name, waiting, inFlight, oldestAgeMs } = queue;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{waiting} waiting</td>
      <td>{inFlight} in flight</td>
      <td>{oldestAgeMs === undefined ? '' : `oldest ${duration(oldestAgeMs)}`}</td>
    </tr>
  );
}
