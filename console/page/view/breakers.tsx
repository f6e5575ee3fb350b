import type { BreakerView, TransitionView } from '../../contract/breakers.ts';
import { ROUTES } from '../../contract/routes.ts';
import { doneBy } from '../client/done-by.ts';
import { towardsOpen, whatNext } from '../model/breaker-words.ts';
import { hello, now } from '../state.ts';
import { ask } from './ask.tsx';
import { Meter } from './meter.tsx';
import { Time } from './time.tsx';

export function Breakers({ breakers }: { readonly breakers: readonly BreakerView[] }) {
  if (breakers.length === 0) {
    return <p class="quiet">No breaker yet: no call to an external service has failed.</p>;
  }
  return (
    <ul class="rows">
      {breakers.map((breaker) => (
        <Breaker key={breaker.name} breaker={breaker} />
      ))}
    </ul>
  );
}

function Breaker({ breaker }: { readonly breaker: BreakerView }) {
  const { name, kind, phase, why, forced, transitions } = breaker;
  const towards = towardsOpen(breaker);
  const next = whatNext(breaker, now.value);
  return (
    <li>
      <div class="row">
        <strong class="text">{name}</strong>
        <span class={phase === 'closed' ? 'quiet' : 'attention'}>
          {kind === 'plugin' && 'plugin, '}
          {phase}
          {forced && ', forced'}
        </span>
        {hello.value?.operate === true && kind === 'service' && (
          <BreakerButtons breaker={breaker} />
        )}
      </div>
      {next !== undefined && (
        <p class="countdown">
          {next.left !== undefined && <strong class="big">{next.left}</strong>} {next.text}
        </p>
      )}
      {phase !== 'closed' && <p class="text">{forced ? `${forced.by}: ${forced.why}` : why}</p>}
      {towards !== undefined && <Meter have={towards.have} of={towards.of} text={towards.text} />}
      <Transitions name={name} transitions={transitions} />
    </li>
  );
}

interface TransitionsProps {
  readonly name: string;
  readonly transitions: readonly TransitionView[];
}

function Transitions({ name, transitions }: TransitionsProps) {
  if (transitions.length === 0) return null;
  return (
    <details>
      <summary>
        Last transitions <span class="only-read">of {name}</span>
      </summary>
      <ol class="transitions">
        {transitions.map(({ at, from, to, why, by }) => (
          <li key={`${at} ${to}`}>
            <Time at={at} />
            <span class="text">
              {from} → {to}: {why}
              {by !== undefined && ` (${by})`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

const MINUTE_MS = 60_000;
const SPANS = [
  [String(10 * MINUTE_MS), '10 minutes'],
  [String(60 * MINUTE_MS), '1 hour'],
  [String(24 * 60 * MINUTE_MS), '24 hours'],
] as const;

function BreakerButtons({ breaker: { name, phase, forced } }: { readonly breaker: BreakerView }) {
  const word = phase === 'closed' ? 'force-open' : 'force-closed';
  const say = (what: string) => async (reason: string, chosen: string) => {
    const forMs = what === 'reset' ? {} : { forMs: Number(chosen) };
    return doneBy(ROUTES.breaker, { service: name, word: what, reason, ...forMs });
  };
  const force = () =>
    ask({
      title: word === 'force-open' ? `Force ${name} open?` : `Force ${name} closed?`,
      text:
        word === 'force-open'
          ? 'No call is made during that time. Messages wait; none is lost.'
          : 'All calls are made during that time, even if the service fails.',
      verb: word === 'force-open' ? 'Force open' : 'Force closed',
      choice: { label: 'For', options: SPANS },
      hint: 'maintenance of the server until 15:00',
      act: say(word),
    });
  const reset = () =>
    ask({
      title: `Reset ${name}?`,
      text: 'It closes and forgets its failures. If the service still fails, it opens again.',
      verb: 'Reset',
      hint: 'the server is repaired',
      act: say('reset'),
    });
  return (
    <>
      <button type="button" onClick={force} aria-label={`${word.replace('-', ' ')} ${name}`}>
        {word === 'force-open' ? 'Force open …' : 'Force closed …'}
      </button>
      {(phase !== 'closed' || forced !== undefined) && (
        <button type="button" onClick={reset} aria-label={`Reset ${name}`}>
          Reset …
        </button>
      )}
    </>
  );
}
