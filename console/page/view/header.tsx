import { addressOf, type View } from '../model/address.ts';
import { ago, spelled } from '../model/times.ts';
import { address, concerns, connection, hello, isOld, now, snapshot } from '../state.ts';
import { ThemeChoice } from './theme.tsx';

/** The place of the stage, the state of the connection, and links to all views. */
export function Header({ views }: { readonly views: Readonly<Record<View, string>> }) {
  const { stage, place, operate, by, local } = hello.value ?? {};
  const shown = (Object.keys(views) as View[]).filter(
    (view) => view !== 'faults' || local === true,
  );
  return (
    <header class="top">
      <div class="where">
        <strong>fhir-failsafe</strong>
        {stage !== undefined && <span>{stage}</span>}
        <span class="quiet text place">{place}</span>
      </div>
      <nav aria-label="Views">
        <ul>
          {shown.map((view) => (
            <Tab key={view} view={view} title={views[view]} />
          ))}
        </ul>
      </nav>
      <div class="how">
        {operate !== undefined && (
          <span
            class={operate ? 'mode' : 'mode quiet'}
            title={operate ? by : 'start it with --operate to act'}
          >
            {operate ? 'operating' : 'read-only'}
          </span>
        )}
        <Age />
        <Clock />
        <ThemeChoice />
      </div>
    </header>
  );
}

function Tab({ view, title }: { readonly view: View; readonly title: string }) {
  const isHere = address.value.view === view;
  const count = view === 'incidents' ? openIncidents() : 0;
  return (
    <li>
      <a href={addressOf({ view })} {...(isHere && { 'aria-current': 'page' })}>
        {title}
        {count > 0 && <span class="badge">{count}</span>}
      </a>
    </li>
  );
}

const openIncidents = () =>
  concerns.value.filter(({ id, level }) => level === 'act' && id.startsWith('incident')).length;

/** Age of the figures. */
function Age() {
  const { state } = connection.value;
  const at = snapshot.value?.now;
  if (state === 'connecting' || at === undefined)
    return <span class="age quiet">connecting …</span>;
  return (
    <span class={`age ${isOld.value ? 'attention' : 'quiet'}`}>
      {isOld.value ? `as of ${ago(at, now.value)}` : 'live'}
    </span>
  );
}

function Clock() {
  const { local, utc, iso } = spelled(now.value, now.value);
  return (
    <time class="clock" dateTime={iso}>
      {local} <span class="quiet">{utc}</span>
    </time>
  );
}
