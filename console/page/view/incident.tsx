/** One incident: what crashed, who was notified, what to do, and the legal deadlines. */
import type { ComponentChildren } from 'preact';
import type { Incidents, IncidentView, Said } from '../../contract/incidents.ts';
import { ROUTES } from '../../contract/routes.ts';
import { doneBy } from '../client/done-by.ts';
import { addressOf } from '../model/address.ts';
import { daysLeft, inDays } from '../model/days-left.ts';
import { full, howMany } from '../model/numbers.ts';
import { duration } from '../model/times.ts';
import { hello, now, snapshot } from '../state.ts';
import { ask } from './ask.tsx';
import { CrashWindows } from './crash-windows.tsx';
import { Section } from './section.tsx';
import { Time } from './time.tsx';

interface Props {
  readonly incident: IncidentView;
  readonly all: Incidents;
}

export function Incident({ incident, all }: Props) {
  const { key, status, scope, openedAt } = incident;
  const windows = all.windows.filter((window) => window.scope === scope);
  return (
    <>
      <p class="back">
        <a href="#/incidents">Incidents</a>
      </p>
      <div class="heading">
        <h1 class={status === 'open' ? 'attention' : ''}>
          {key} is {status}
        </h1>
        <p class="quiet">
          opened {duration(now.value - openedAt)} ago, <Time at={openedAt} />
        </p>
        {hello.value?.operate === true && status !== 'resolved' && <Words incident={incident} />}
      </div>
      <div class="two">
        <Section id="what" title="What crashed">
          <What incident={incident} />
        </Section>
        <Section id="window" title="The window">
          <CrashWindows incidents={{ ...all, windows }} />
          <h2 class="below">Notifications</h2>
          <Notices incident={incident} />
          <h2 class="below">If it turns out to be a breach</h2>
          <LegalClocks clocks={incident.clocks} />
        </Section>
      </div>
    </>
  );
}

const HINTS = {
  acknowledge: 'on it: looking at the latest deployment',
  resolve: 'rolled back to the version before',
} as const;

function Words({ incident: { key, scope, number, status } }: { readonly incident: IncidentView }) {
  const asking = (word: 'acknowledge' | 'resolve', text: string) => () =>
    ask({
      title: `${word === 'acknowledge' ? 'Acknowledge' : 'Resolve'} ${key}?`,
      text,
      verb: word === 'acknowledge' ? 'Acknowledge' : 'Resolve',
      hint: HINTS[word],
      act: (reason) => doneBy(ROUTES.incident, { word, scope, number, reason }),
    });
  const acknowledge = asking(
    'acknowledge',
    'You take it on. It does not page again and does not escalate.',
  );
  const resolve = asking(
    'resolve',
    'Its crashes are spent: only new ones can open the next incident of this component.',
  );
  return (
    <div class="buttons">
      {status === 'open' && (
        <button type="button" class="main" onClick={acknowledge}>
          Acknowledge …
        </button>
      )}
      <button type="button" onClick={resolve}>
        Resolve …
      </button>
    </div>
  );
}

function What({ incident }: { readonly incident: IncidentView }) {
  const { crashes, more, messages, kinds, lanes, cause, why, firstCrashAt, lastCrashAt } = incident;
  const deployment = snapshot.value?.audit.value?.deployment;
  return (
    <dl class="facts">
      {cause === 'escalation' && <Fact name="cause">{why ?? 'a supervisor gave up'}</Fact>}
      <Fact name="crashes">
        {more && 'more than '}
        {full(crashes)} of {howMany(messages, 'message')}
      </Fact>
      <Fact name="kinds">
        {Object.entries(kinds)
          .map(([kind, count]) => `${full(count)} ${kind}`)
          .join(', ')}
      </Fact>
      <Fact name="lanes">{lanes.join(', ')}</Fact>
      <Fact name="first">
        <Time at={firstCrashAt} />
      </Fact>
      <Fact name="last">
        <Time at={lastCrashAt} />
      </Fact>
      {deployment !== undefined && incident.status !== 'resolved' && (
        <Fact name="version deployed now">
          <code class="text">{deployment.slice(0, 16)}</code>
        </Fact>
      )}
      <Fingerprints incident={incident} />
      <SaidBy name="acknowledged" said={incident.acknowledged} />
      <SaidBy name="resolved" said={incident.resolved} />
    </dl>
  );
}

function Fingerprints({ incident: { fingerprints, others } }: { readonly incident: IncidentView }) {
  return (
    <>
      {fingerprints.length > 0 && (
        <Fact name="fingerprints">
          <ul>
            {fingerprints.map(({ fingerprint, crashes }) => (
              <li key={fingerprint}>
                <a href={addressOf({ view: 'quarantine', filter: { fingerprint } })}>
                  <code>{fingerprint}</code>
                </a>{' '}
                {howMany(crashes, 'crash', 'crashes')}
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {others.map(({ fault, kind, crashes, at }) => (
        <Fact key={fault} name="another fault">
          <span class="text">
            {fault}: {howMany(crashes, 'crash', 'crashes')} ({kind}), found <Time at={at} />
          </span>
        </Fact>
      ))}
    </>
  );
}

function SaidBy({ name, said }: { readonly name: string; readonly said: Said | undefined }) {
  if (said === undefined) return null;
  return (
    <Fact name={name}>
      <span class="text">
        {said.by}: {said.why}
      </span>{' '}
      <span class="quiet">
        <Time at={said.at} />
      </span>
    </Fact>
  );
}

export function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Notices({ incident: { notices } }: { readonly incident: IncidentView }) {
  if (notices.length === 0) return <p class="quiet">Nobody has been notified yet.</p>;
  return (
    <ol class="transitions">
      {notices.map(({ step, at }) => (
        <li key={step}>
          <Time at={at} />
          <span>{step}</span>
        </li>
      ))}
    </ol>
  );
}

/** A day that is near needs somebody, whatever is thought of the incident by now. */
const NEAR_DAYS = 3;

function LegalClocks({ clocks }: { readonly clocks: IncidentView['clocks'] }) {
  const all = [
    ['ANPD (LGPD Art. 48)', clocks.anpdNoticeBy],
    ['HIPAA § 164.404 notice', clocks.hipaaNoticeBy],
  ] as const;
  return (
    <dl class="facts clocks">
      {all.map(([name, day]) => {
        const left = daysLeft(day, now.value);
        if (left === undefined) return null;
        return (
          <Fact key={name} name={name}>
            <span class={left <= NEAR_DAYS ? 'attention' : ''}>
              by {day}, {inDays(left)}
            </span>
          </Fact>
        );
      })}
    </dl>
  );
}
