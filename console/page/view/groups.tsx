import type { GroupView, QuarantineGroups } from '../../contract/quarantine.ts';
import { addressOf } from '../model/address.ts';
import { full, howMany } from '../model/numbers.ts';
import { ago } from '../model/times.ts';
import { now } from '../state.ts';

type Filter = Readonly<Record<string, string>>;

interface Props {
  readonly found: QuarantineGroups;
  readonly filter: Filter;
}

/** A row for each fingerprint, so that 5,000 equal failures are one row. */
export function Groups({ found: { groups, interrupted }, filter }: Props) {
  if (groups.length === 0) {
    return (
      <p class="quiet empty">
        {Object.keys(filter).length === 0
          ? 'Nothing is quarantined. Everything submitted is stored or still in a queue.'
          : 'No quarantined entry matches.'}
      </p>
    );
  }
  const most = Math.max(...groups.map(({ count }) => count));
  return (
    <>
      {interrupted > 0 && (
        <p class="note attention">
          {howMany(interrupted, 'entry is', 'entries are')} marked by a redrive that was
          interrupted: a new redrive continues with them.
        </p>
      )}
      <div class="scroll">
        <table class="groups">
          <thead>
            <tr>
              <th scope="col" class="number">
                Entries
              </th>
              <th scope="col">Reason</th>
              <th scope="col">Kind</th>
              <th scope="col">Lane</th>
              <th scope="col">Source</th>
              <th scope="col">Last</th>
              <th scope="col" class="number">
                Redriven
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Group key={group.fingerprint} group={group} most={most} filter={filter} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface GroupProps {
  readonly group: GroupView;
  readonly most: number;
  readonly filter: Filter;
}

function Group({ group, most, filter }: GroupProps) {
  const { fingerprint, kind, reason, lanes, sources, count, last, redrives } = group;
  const href = addressOf({ view: 'quarantine', filter: { ...filter, fingerprint } });
  const [source = '', ...others] = sources;
  return (
    <tr>
      <td class="number">
        {full(count)}
        <span class="share" aria-hidden="true">
          <b style={{ width: `${(100 * count) / most}%` }} />
        </span>
      </td>
      <td class="text">
        <a href={href}>{reason}</a>
        <br />
        <code class="quiet">{fingerprint}</code>
      </td>
      <td class={kind === 'dead-letter' ? 'attention' : ''}>{kind}</td>
      <td>{lanes.join(', ')}</td>
      <td class="text">
        {source}
        {others.length > 0 && ` +${others.length}`}
      </td>
      <td class="quiet">{ago(last, now.value)}</td>
      <td class="number quiet">{redrives === 0 ? '' : `${redrives}×`}</td>
    </tr>
  );
}
