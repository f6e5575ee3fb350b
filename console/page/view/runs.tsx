import { ROUTES } from '../../contract/routes.ts';
import type { Run } from '../../contract/runs.ts';
import { post } from '../client/requests.ts';
import { howMany, percent } from '../model/numbers.ts';
import { runCounts, runTitle } from '../model/run-words.ts';
import { ago } from '../model/times.ts';
import { hello, now, runs } from '../state.ts';
import { say } from './notices.tsx';
import { CommandLine } from './section.tsx';

const SHOWN_AFTER_END_MS = 5 * 60_000;

/** Acts that take a while: while they run, and for some time after. */
export function Runs({ kinds }: { readonly kinds: readonly Run['kind'][] }) {
  const shown = runs.value.filter(
    ({ kind, endedAt }) =>
      kinds.includes(kind) && (endedAt === undefined || now.value - endedAt < SHOWN_AFTER_END_MS),
  );
  if (shown.length === 0) return null;
  return (
    <ul class="runs" aria-label="Acts under way">
      {shown.map((run) => (
        <OneRun key={run.id} run={run} />
      ))}
    </ul>
  );
}

function OneRun({ run }: { readonly run: Run }) {
  const { id, state, trouble, done, total, endedAt, commandLine } = run;
  const share = total === undefined || total === 0 ? undefined : done / total;
  const stop = async () => {
    const answer = await post(ROUTES.stop, { run: id });
    say('failure' in answer ? answer.failure.message : 'It stops after the current work.');
  };
  return (
    <li class={state}>
      <div class="row">
        <strong class="text">{runTitle(run)}</strong>
        <span class={state === 'failed' ? 'attention' : 'quiet'}>
          {endedAt === undefined ? state : `${state} ${ago(endedAt, now.value)}`}
        </span>
        {state === 'running' && hello.value?.operate === true && (
          <button type="button" onClick={stop}>
            Stop
          </button>
        )}
      </div>
      {endedAt === undefined && (
        <progress
          max="1"
          {...(share !== undefined && { value: share })}
          aria-label={runTitle(run)}
        />
      )}
      <p class="quiet">
        {total === undefined ? howMany(done, 'entry', 'entries') : `${done} of ${total}`}
        {share !== undefined && `, ${percent(share)}`}
        {runCounts(run)}
      </p>
      {trouble !== undefined && <p class="attention text">{trouble}</p>}
      {endedAt === undefined && <CommandLine text={commandLine} />}
    </li>
  );
}
