/** The one dialog for all acts. It asks for a reason, performs the act, and shows the result. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from '../client/requests.ts';
import { hello } from '../state.ts';
import { say } from './notices.tsx';

interface Choice {
  readonly label: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}

export interface Question {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  /** Label of the button. */
  readonly verb: string;
  readonly choice?: Choice;
  /** An example of a reason. */
  readonly hint: string;
  /** Performs the act. Returns the text to show if it succeeded. */
  readonly act: (reason: string, chosen: string) => Promise<Answer<string>>;
}

const asked = signal<Question | undefined>();

export function ask(question: Question): void {
  asked.value = question;
}

export function AskDialog() {
  const question = asked.value;
  return question === undefined ? null : <Open key={question.title} question={question} />;
}

function Open({ question }: { readonly question: Question }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="ask-title"
      onClose={() => {
        asked.value = undefined;
      }}
    >
      <h2 id="ask-title">{question.title}</h2>
      <p class="text">{question.text}</p>
      <Form question={question} close={() => dialog.current?.close()} />
    </dialog>
  );
}

function Form({ question, close }: { readonly question: Question; readonly close: () => void }) {
  const { verb, choice, act } = question;
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState(choice?.options[0]?.[0] ?? '');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const answer = await act(reason.trim(), chosen);
    setBusy(false);
    if ('failure' in answer) return setFailed(answer.failure.message);
    say(answer.ok);
    close();
  };
  return (
    <form class="ask" onSubmit={submit}>
      {choice !== undefined && <Chooser choice={choice} chosen={chosen} choose={setChosen} />}
      <Reason reason={reason} hint={question.hint} onChange={setReason} />
      {failed !== '' && (
        <p class="attention text" role="alert">
          {failed}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button class="main" type="submit" disabled={busy || !/\p{L}/u.test(reason)}>
          {busy ? 'One moment …' : verb}
        </button>
      </div>
    </form>
  );
}

interface ReasonProps {
  readonly reason: string;
  readonly hint: string;
  readonly onChange: (reason: string) => void;
}

function Reason({ reason, hint, onChange }: ReasonProps) {
  return (
    <>
      <label for="ask-reason">Why? Recorded with your name{byWhom()}.</label>
      <textarea
        id="ask-reason"
        rows={2}
        required
        maxLength={500}
        value={reason}
        placeholder={hint}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </>
  );
}

const byWhom = () => (hello.value === undefined ? '' : `, ${hello.value.by}`);

interface ChooserProps {
  readonly choice: Choice;
  readonly chosen: string;
  readonly choose: (value: string) => void;
}

function Chooser({ choice, chosen, choose }: ChooserProps) {
  return (
    <>
      <label for="ask-choice">{choice.label}</label>
      <select
        id="ask-choice"
        value={chosen}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {choice.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </>
  );
}
