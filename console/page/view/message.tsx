/** The life of one submission, as `message show` prints it. */
import { useEffect, useState } from 'preact/hooks';
import type { LifeView, Lives } from '../../contract/message-lives.ts';
import type { Revealed } from '../../contract/reveal.ts';
import { ROUTES } from '../../contract/routes.ts';
import { addressOf } from '../model/address.ts';
import { address, go, now } from '../state.ts';
import { Answered, useAnswer } from './answer.tsx';
import { LogLink } from './logs.tsx';
import { askToReveal } from './reveal.tsx';
import { CommandLine, Section } from './section.tsx';
import { Time } from './time.tsx';

export function Message() {
  const { id = '' } = address.value;
  return (
    <>
      <h1>Find a message</h1>
      <Search key={id} id={id} />
      {id !== '' && <Found key={id} id={id} />}
    </>
  );
}

function Search({ id }: { readonly id: string }) {
  const [text, setText] = useState(id);
  const submit = (event: Event) => {
    event.preventDefault();
    go({ view: 'message', id: text.trim() });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form with this role is found as a search
    <form class="filters" role="search" onSubmit={submit}>
      <div class="wide">
        <label for="search">Message id, correlation id, or FILE:LINE</label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>
      <button type="submit" class="main" disabled={text.trim() === ''}>
        Find
      </button>
    </form>
  );
}

/** Asked again at this interval while the ending is not known. */
const AGAIN_MS = 3_000;

function Found({ id }: { readonly id: string }) {
  const [slow, setSlow] = useState(false);
  const [isOver, setOver] = useState(false);
  // A scan of the tables is not repeated automatically.
  const version = isOver || slow ? 0 : Math.floor(now.value / AGAIN_MS);
  const asked = useAnswer<Lives>(ROUTES.lives, { id, slow: slow ? '1' : undefined }, version);
  const { answer } = asked;
  useEffect(() => {
    if (answer === undefined || 'failure' in answer) return;
    const { lives } = answer.ok;
    setOver(lives.length > 0 && lives.every(({ ending }) => ending !== 'waiting'));
  }, [answer]);
  return (
    <Answered asked={asked} name="its life">
      {({ lives, hints, slowWouldHelp }) => (
        <>
          {lives.map((life) => (
            <Life key={life.messageId} life={life} />
          ))}
          {lives.length === 0 && (
            <div class="absent">
              <p class="text">
                <strong>Nothing is known of {id}.</strong>
              </p>
              {hints.map((hint) => (
                <p key={hint} class="quiet text">
                  {hint}
                </p>
              ))}
              {slowWouldHelp && (
                <button type="button" onClick={() => setSlow(true)}>
                  Scan the tables for it (slow)
                </button>
              )}
            </div>
          )}
        </>
      )}
    </Answered>
  );
}

const ENDED: Readonly<Record<LifeView['ending'], string>> = {
  stored: 'It is stored',
  rejected: 'It was rejected',
  'dead-lettered': 'It was dead-lettered',
  waiting: 'It has not ended yet',
};

function Life({ life }: { readonly life: LifeView }) {
  const { messageId, ending, steps, source, lane, file, line, commandLine, entries } = life;
  const isBad = ending === 'dead-lettered';
  return (
    <Section id={`life-${messageId}`} title={ENDED[ending]} aside={<code>{messageId}</code>}>
      <p class="quiet text">
        {source}, lane {lane}
        {file !== undefined && `, ${file}${line === undefined ? '' : `:${line}`}`}
        {life.correlationId !== undefined && `, correlation ${life.correlationId}`}
      </p>
      <ol class={`life ${isBad ? 'bad' : ''}`}>
        {steps.map(({ at, what, requestId }, index) => (
          <li key={index} class={what.startsWith('crashed') ? 'attention' : ''}>
            {at === undefined ? <span class="time quiet">at last</span> : <Time at={at} />}
            <span class="text">
              {what}{' '}
              {requestId !== undefined && steps[index + 1]?.requestId !== requestId && (
                <LogLink requestId={requestId} lane={lane} at={at ?? life.sentAt} />
              )}
            </span>
          </li>
        ))}
      </ol>
      {entries.map((entry) => (
        <p key={entry}>
          <a href={addressOf({ view: 'quarantine', id: entry })}>Its entry in Quarantine</a>
        </p>
      ))}
      {life.stored && <Stored id={messageId} />}
      <CommandLine text={commandLine} />
    </Section>
  );
}

/** Kept only in this component's memory, and gone when it closes. */
function Stored({ id }: { readonly id: string }) {
  const [revealed, setRevealed] = useState<Revealed>();
  if (revealed !== undefined) {
    return (
      <>
        <button type="button" onClick={() => setRevealed(undefined)}>
          Mask again
        </button>
        <pre class="body text">{revealed.body}</pre>
      </>
    );
  }
  return (
    <button type="button" onClick={() => askToReveal({ what: 'stored', id }, setRevealed)}>
      Reveal what is stored …
    </button>
  );
}
