import { useEffect, useState } from 'preact/hooks';
import type { EntryPage, EntrySummary } from '../../contract/quarantine.ts';
import { ROUTES } from '../../contract/routes.ts';
import { get } from '../client/requests.ts';
import { addressOf } from '../model/address.ts';
import { entryFilter } from '../model/entry-filter.ts';
import { ago } from '../model/times.ts';
import { now, runsEnded } from '../state.ts';
import { Answered, useAnswer } from './answer.tsx';
import { say } from './notices.tsx';
import { Section } from './section.tsx';

type Filter = Readonly<Record<string, string>>;

/** The matching entries, a page at a time. */
export function Entries({ filter }: { readonly filter: Filter }) {
  const asked = useAnswer<EntryPage>(ROUTES.entries, { ...entryFilter(filter) }, runsEnded.value);
  return (
    <Section id="entries" title="Entries">
      <Answered asked={asked} name="the entries">
        {(first) => <Pages key={JSON.stringify(filter)} first={first} filter={filter} />}
      </Answered>
    </Section>
  );
}

function Pages({ first, filter }: { readonly first: EntryPage; readonly filter: Filter }) {
  const [{ entries, after }, setPage] = useState(first);
  const [busy, setBusy] = useState(false);
  useEffect(() => setPage(first), [first]);
  const more = async () => {
    setBusy(true);
    const answer = await get<EntryPage>(ROUTES.entries, { ...entryFilter(filter), after });
    setBusy(false);
    if ('failure' in answer) return say(answer.failure.message);
    setPage({ ...answer.ok, entries: [...entries, ...answer.ok.entries] });
  };
  if (entries.length === 0) return <p class="quiet empty">No entry matches.</p>;
  return (
    <>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">Status</th>
              <th scope="col">Reason</th>
              <th scope="col">Source</th>
              <th scope="col">Quarantined</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
      {after !== undefined && (
        <button type="button" onClick={more} disabled={busy}>
          {busy ? 'One moment …' : 'More'}
        </button>
      )}
    </>
  );
}

function Row({ entry }: { readonly entry: EntrySummary }) {
  const { id, status, reason, lane, source, quarantinedAt } = entry;
  return (
    <tr>
      <td>
        <a href={addressOf({ view: 'quarantine', id })}>
          <code class="text">{id}</code>
        </a>
      </td>
      <td>{status}</td>
      <td class="text">{reason}</td>
      <td class="text">
        {source}, {lane}
      </td>
      <td class="quiet">{quarantinedAt === undefined ? '' : ago(quarantinedAt, now.value)}</td>
    </tr>
  );
}
