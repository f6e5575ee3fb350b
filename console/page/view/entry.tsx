/** One entry of Quarantine: reason, origin, attempts, and its outcome next to the resource. */
import type { ComponentChildren } from 'preact';
import type { AttemptView, EntryView } from '../../contract/quarantine.ts';
import { ROUTES } from '../../contract/routes.ts';
import { addressOf } from '../model/address.ts';
import { duration } from '../model/times.ts';
import { hello, now, runsEnded } from '../state.ts';
import { Answered, useAnswer } from './answer.tsx';
import { ActButtons } from './bulk.tsx';
import { Evidence } from './evidence.tsx';
import { Fact } from './incident.tsx';
import { LogLink } from './logs.tsx';
import { CommandLine, Section } from './section.tsx';
import { Time } from './time.tsx';

export function Entry({ id }: { readonly id: string }) {
  const asked = useAnswer<EntryView>(ROUTES.entry, { id }, runsEnded.value);
  return (
    <>
      <p class="back">
        <a href="#/quarantine">Quarantine</a>
      </p>
      <h1 class="text mono">{id}</h1>
      <Answered asked={asked} name="the entry">
        {(entry) => <Whole entry={entry} />}
      </Answered>
    </>
  );
}

function Whole({ entry }: { readonly entry: EntryView }) {
  const { id, status, commandLine } = entry;
  const isOpen = status === 'quarantined';
  return (
    <>
      <div class="entry">
        <div>
          <Section
            id="about"
            title={status}
            aside={
              hello.value?.operate === true &&
              isOpen && <ActButtons selected={{ ids: [id] }} what="this one" />
            }
          >
            <Facts entry={entry} />
          </Section>
          <Section id="tried" title="What was tried">
            <Tried entry={entry} />
          </Section>
        </div>
        <Evidence entry={entry} />
      </div>
      <CommandLine text={commandLine} />
    </>
  );
}

function Facts({ entry }: { readonly entry: EntryView }) {
  const { kind, crash, reason, fingerprint, lane, source, file, line, sentAt } = entry;
  const { quarantinedAt, expiresAt, correlationId, id } = entry;
  return (
    <dl class="facts">
      <Fact name="reason">
        <span class="text">{reason}</span>
      </Fact>
      <Fact name="kind">{[kind, crash].filter(Boolean).join(', ')}</Fact>
      {fingerprint !== undefined && (
        <Fact name="fingerprint">
          <a href={addressOf({ view: 'quarantine', filter: { fingerprint } })}>
            <code>{fingerprint}</code>
          </a>
        </Fact>
      )}
      <Fact name="from">
        <span class="text">
          {source}, lane {lane}
          {file !== undefined && `, ${file}${line === undefined ? '' : `:${line}`}`}
        </span>
      </Fact>
      {correlationId !== undefined && (
        <Fact name="correlation">
          <code class="text">{correlationId}</code>
        </Fact>
      )}
      <Moment name="submitted" at={sentAt} />
      <Moment name="quarantined" at={quarantinedAt} />
      <Moment name="expires" at={expiresAt} />
      <Fact name="its life">
        <a href={addressOf({ view: 'message', id })}>from submission to end</a>
      </Fact>
    </dl>
  );
}

function Moment({ name, at }: { readonly name: string; readonly at: number | undefined }) {
  if (at === undefined) return null;
  return (
    <Fact name={name}>
      <Time at={at} />
    </Fact>
  );
}

function Tried({ entry }: { readonly entry: EntryView }) {
  const { attempts, rounds, redrive, discard, corrections } = entry;
  const isEmpty =
    attempts.length + rounds.length + corrections.length === 0 && !redrive && !discard;
  if (isEmpty) {
    return <p class="quiet">It was validated once, in a batch. A rejection is never retried.</p>;
  }
  return (
    <ol class="tried">
      {rounds.map(({ quarantinedAt, kind, reason, redrivenAt, by, why }) => (
        <Step key={redrivenAt} at={quarantinedAt}>
          {kind}: {reason}; redriven <Time at={redrivenAt} /> by {by}
          {why !== undefined && ` (${why})`}
        </Step>
      ))}
      {attempts.map((attempt, index) => (
        <Attempt key={attempt.requestId} attempt={attempt} number={index + 1} lane={entry.lane} />
      ))}
      {corrections.map(({ at, by, why }) => (
        <Step key={at} at={at}>
          corrected by {by}: {why}
        </Step>
      ))}
      {redrive !== undefined && (
        <Step at={redrive.at}>
          {redrive.sentAt === undefined ? 'redrive announced' : 'redriven'} by {redrive.by}
          {redrive.why !== undefined && `: ${redrive.why}`}
        </Step>
      )}
      {discard !== undefined && (
        <Step at={discard.at}>
          given up by {discard.by}
          {discard.why !== undefined && `: ${discard.why}`}
        </Step>
      )}
    </ol>
  );
}

interface AttemptProps {
  readonly attempt: AttemptView;
  readonly number: number;
  readonly lane: string;
}

/**
 * An attempt without an end may still run. If it started longer ago than this, its environment
 * died.
 */
const RUN_MS_MAX = 60_000;

function Attempt({ attempt, number, lane }: AttemptProps) {
  const { startedAt, endedAt, crash, reason, requestId } = attempt;
  const end =
    endedAt === undefined
      ? now.value - startedAt < RUN_MS_MAX
        ? 'runs, or its environment died'
        : 'no end: its environment died'
      : `ended after ${duration(endedAt - startedAt)}`;
  return (
    <Step at={startedAt}>
      attempt {number}, alone: {[crash, reason].filter(Boolean).join(', ')}{' '}
      <span class="quiet">{end}</span> <LogLink requestId={requestId} lane={lane} at={startedAt} />
    </Step>
  );
}

function Step({ at, children }: { readonly at: number; readonly children: ComponentChildren }) {
  return (
    <li>
      <Time at={at} />
      <span class="text">{children}</span>
    </li>
  );
}
