import type { AuditTail, AuditView } from '../../contract/audit.ts';
import { ROUTES } from '../../contract/routes.ts';
import type { VerifyRun } from '../../contract/runs.ts';
import { post } from '../client/requests.ts';
import { aboutLine, auditLines } from '../model/audit-lines.ts';
import { runs, snapshot } from '../state.ts';
import { say } from './notices.tsx';
import { Section } from './section.tsx';
import { Shown } from './shown.tsx';
import { Time } from './time.tsx';

/** Who did what, and whether the audit log is intact. */
export function Audit() {
  return (
    <>
      <div class="heading">
        <h1>Audit log</h1>
        <p class="quiet">append-only; each entry contains the hash of the one before</p>
      </div>
      <Section id="verify" title="Verification" aside={<VerifyButton />}>
        <Verified />
      </Section>
      <Section id="entries" title="The latest entries">
        <Shown figure={snapshot.value?.audit} name="the audit log">
          {(tail) => <Entries tail={tail} />}
        </Shown>
      </Section>
    </>
  );
}

const latestRun = () => runs.value.find((run): run is VerifyRun => run.kind === 'verify');

function VerifyButton() {
  const isRunning = latestRun()?.endedAt === undefined && latestRun() !== undefined;
  const verify = async () => {
    const answer = await post(ROUTES.verify, {});
    if ('failure' in answer) say(answer.failure.message);
  };
  return (
    <button type="button" onClick={verify} disabled={isRunning}>
      {isRunning ? 'Verifying …' : 'Verify'}
    </button>
  );
}

function Verified() {
  const run = latestRun();
  if (run === undefined) {
    return <p class="quiet">Not verified since the console was started.</p>;
  }
  const { verified, trouble, done, endedAt } = run;
  if (trouble !== undefined) return <p class="attention text">{trouble}</p>;
  if (verified === undefined) return <p role="status">{done} entries walked so far …</p>;
  return (
    <p role="status" class={verified.whole ? 'text' : 'attention text'}>
      <strong>{verified.whole ? 'The log is whole.' : 'The log is not whole.'}</strong>{' '}
      {verified.message.replace(/^whole: /, '')}{' '}
      {endedAt !== undefined && (
        <span class="quiet">
          <Time at={endedAt} />
        </span>
      )}
    </p>
  );
}

function Entries({ tail: { entries } }: { readonly tail: AuditTail }) {
  if (entries.length === 0) return <p class="quiet empty">Nothing has been recorded yet.</p>;
  return (
    <div class="scroll">
      <table class="audit">
        <thead>
          <tr>
            <th scope="col" class="number">
              No.
            </th>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col">Why, and about what</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.sequence} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry }: { readonly entry: AuditView }) {
  const { sequence, kind, at, actor, component, reason, details, toldAs, hash } = entry;
  const about = aboutLine(details);
  const isAmiss = kind === 'refused' || kind === 'unreadable';
  return (
    <tr>
      <td class="number quiet">{sequence}</td>
      <td>
        <Time at={at} />
      </td>
      <td class={isAmiss ? 'attention' : ''}>{kind}</td>
      <td class="text">
        {actor ?? component}
        {toldAs !== undefined && toldAs !== actor && toldAs !== component && (
          <span class="quiet"> published by {toldAs}</span>
        )}
      </td>
      <td class="text">
        {reason} <span class="quiet">{about}</span>
      </td>
      <td>
        <code class="quiet" title={hash}>
          {hash.slice(0, 8)}
        </code>
      </td>
    </tr>
  );
}

const LATEST = 6;

/** The newest entries, in a few words. */
export function LastRecorded({ tail: { entries } }: { readonly tail: AuditTail }) {
  if (entries.length === 0) return <p class="quiet">Nothing has been recorded yet.</p>;
  return (
    <ol class="transitions">
      {auditLines(entries, LATEST).map(({ sequence, at, kind, who, reason, times }) => (
        <li key={sequence}>
          <Time at={at} />
          <span class="text">
            {times > 1 && `${times}× `}
            {kind} by {who}
            {reason !== undefined && <span class="quiet">: {reason}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
