/** The box of faults, only next to `npm start`: break something, and watch. */
import { useState } from 'preact/hooks';
import {
  type LocalAct,
  type LocalDone,
  type LocalState,
  SAMPLES,
  SERVER_MODES,
} from '../../contract/local.ts';
import { provoke } from '../client/provoke.ts';
import { addressOf } from '../model/address.ts';
import { full, howMany } from '../model/numbers.ts';
import { snapshot } from '../state.ts';
import { say } from './notices.tsx';
import { Runs } from './runs.tsx';
import { CommandLine, Section } from './section.tsx';
import { Shown } from './shown.tsx';
import { tourIsOpen } from './tour.tsx';

type Lane = 'critical' | 'background';

export function Faults() {
  const [last, setLast] = useState<LocalDone>();
  const perform = async (act: LocalAct) => {
    const answer = await provoke(act);
    if ('failure' in answer) return say(answer.failure.message);
    say(answer.ok.message);
    setLast(answer.ok);
  };
  return (
    <>
      <div class="heading">
        <h1>Box of faults</h1>
        <p class="quiet">all of this is on your machine; no patient is real</p>
        <div class="buttons">
          <button type="button" onClick={openTour}>
            Take the tour
          </button>
        </div>
      </div>
      <Runs kinds={['flood']} />
      <Shown figure={snapshot.value?.local} name="the box of faults">
        {(state) => (
          <div class="three">
            <Send perform={perform} />
            <Servers state={state} perform={perform} />
            <Functions state={state} perform={perform} />
          </div>
        )}
      </Shown>
      {last !== undefined && <Last done={last} />}
    </>
  );
}

function openTour(): void {
  tourIsOpen.value = true;
  location.hash = '#/now';
}

function Last({ done: { message, messageId, commandLine } }: { readonly done: LocalDone }) {
  return (
    <Section id="last" title="Done last">
      <p class="text">
        {message}{' '}
        {messageId !== undefined && (
          <a href={addressOf({ view: 'message', id: messageId })}>Its life</a>
        )}
      </p>
      <CommandLine text={commandLine} />
    </Section>
  );
}

interface Props {
  readonly state: LocalState;
  readonly perform: (act: LocalAct) => Promise<void>;
}

const WHAT: Readonly<Record<string, string>> = {
  good: 'A good patient',
  invalid: 'One that breaks a rule',
  hostile: 'One with script in every string',
  throw: 'One that throws',
  exit: 'One that exits its process',
  heap: 'One that exhausts the heap',
  hang: 'One that never ends',
  kill: 'One that kills its environment',
};
const FLOOD = 1_000;

function Send({ perform }: Pick<Props, 'perform'>) {
  const [lane, setLane] = useState<Lane>('background');
  return (
    <Section id="send" title="Send">
      <p>
        <label for="faults-lane">Lane </label>
        <select
          id="faults-lane"
          value={lane}
          onChange={({ currentTarget }) => setLane(currentTarget.value as Lane)}
        >
          <option value="background">background</option>
          <option value="critical">critical</option>
        </select>
      </p>
      <ul class="stack">
        {SAMPLES.map((sample) => (
          <li key={sample}>
            <button type="button" onClick={() => void perform({ act: 'send', sample, lane })}>
              {WHAT[sample] ?? sample}
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => void perform({ act: 'flood', lane, count: FLOOD })}>
            A flood of {full(FLOOD)}
          </button>
        </li>
      </ul>
    </Section>
  );
}

const MODES = {
  ok: 'answers',
  slow: 'slow',
  partly: 'every third fails',
  fail: 'fails',
  stop: 'is gone',
} as const;

function Servers({ state: { servers }, perform }: Props) {
  return (
    <Section id="servers" title="Servers that we call">
      {servers.length === 0 && (
        <p class="quiet">
          None here. <code>npm start -- --downstream</code> starts a FHIR server and a terminology
          server, which can be made to fail.
        </p>
      )}
      {servers.map(({ name, mode, calls, resources }) => (
        <fieldset key={name}>
          <legend>{name === 'downstream' ? 'FHIR server' : 'Terminology server'}</legend>
          {SERVER_MODES.map((each) => (
            <label key={each} class="choice">
              <input
                type="radio"
                name={`mode-${name}`}
                checked={each === mode}
                onChange={() => void perform({ act: 'server', name, mode: each })}
              />
              {MODES[each]}
              <span class="quiet">{calls[each] === undefined ? '' : full(calls[each] ?? 0)}</span>
            </label>
          ))}
          {resources !== undefined && <p class="quiet">It has {howMany(resources, 'resource')}.</p>}
        </fieldset>
      ))}
    </Section>
  );
}

function Functions({ state: { functions }, perform }: Props) {
  return (
    <Section id="functions" title="Functions">
      <ul class="rows">
        {functions.map(({ name, environments, broken }) => (
          <li key={name}>
            <div class="row">
              <strong>{name}</strong>
              <span class={broken ? 'attention' : 'quiet'}>
                {broken ? 'does not load' : howMany(environments, 'environment')}
              </span>
              <button
                type="button"
                disabled={environments === 0}
                aria-label={`Kill ${name}`}
                onClick={() => void perform({ act: 'kill', function: name })}
              >
                Kill
              </button>
              <button
                type="button"
                aria-label={`${broken ? 'Mend' : 'Break'} ${name}`}
                onClick={() => void perform({ act: broken ? 'mend' : 'break', function: name })}
              >
                {broken ? 'Mend' : 'Break'}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
