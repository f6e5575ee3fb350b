import type { Incidents as AllIncidents, IncidentView } from '../../contract/incidents.ts';
import { addressOf } from '../model/address.ts';
import { howMany } from '../model/numbers.ts';
import { address, hello, snapshot } from '../state.ts';
import { CrashWindows } from './crash-windows.tsx';
import { Incident } from './incident.tsx';
import { Section } from './section.tsx';
import { Shown } from './shown.tsx';
import { Time } from './time.tsx';

export function Incidents() {
  const key = address.value.id;
  return (
    <Shown figure={snapshot.value?.incidents} name="the incidents">
      {(all) => (key === undefined ? <Overview all={all} /> : <One all={all} id={key} />)}
    </Shown>
  );
}

function Overview({ all }: { readonly all: AllIncidents }) {
  return (
    <>
      <h1>Incidents</h1>
      <div class="two">
        <Section id="list" title="Open, and the latest that are over">
          <List incidents={all.incidents} />
        </Section>
        <Section id="crashes" title="Crashes towards the next">
          <CrashWindows incidents={all} />
        </Section>
      </div>
    </>
  );
}

function List({ incidents }: { readonly incidents: readonly IncidentView[] }) {
  if (incidents.length === 0) return <p class="quiet">No incident yet.</p>;
  return (
    <ul class="rows">
      {incidents.map(({ key, status, openedAt, crashes, more, messages, cause, why }) => (
        <li key={key}>
          <div class="row">
            <a href={addressOf({ view: 'incidents', id: key })}>
              <strong>{key}</strong>
            </a>
            <span class={status === 'open' ? 'attention' : 'quiet'}>{status}</span>
            <span class="quiet">
              <Time at={openedAt} />
            </span>
          </div>
          <p class="text">
            {cause === 'escalation'
              ? why
              : `${more ? 'more than ' : ''}${howMany(crashes, 'crash', 'crashes')} of ${howMany(messages, 'message')}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

function One({ all, id }: { readonly all: AllIncidents; readonly id: string }) {
  const incident = all.incidents.find(({ key }) => key === id);
  if (incident !== undefined) return <Incident incident={incident} all={all} />;
  return (
    <>
      <h1>{id}</h1>
      <p class="text">
        It is neither open nor among the latest that are over. List all with{' '}
        <code>{`npm run cli -- incident list --all ${hello.value?.cliOptions ?? ''}`.trim()}</code>.
      </p>
      <p>
        <a href="#/incidents">All incidents here</a>
      </p>
    </>
  );
}
