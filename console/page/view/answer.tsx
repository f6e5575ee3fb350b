/**
 * A view of one response, which is not streamed: asked again when the question changes, or on
 * request.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Answer, get } from '../client/requests.ts';
import { Loading } from './shown.tsx';

export interface Asked<T> {
  readonly answer: Answer<T> | undefined;
  readonly again: () => void;
}

type Query = Readonly<Record<string, string | undefined>>;

/**
 * A response to an older question is dropped. While the same question is asked again, the old
 * response stays.
 * @param version a new version of the question's subject asks again
 */
export function useAnswer<T>(route: string, query: Query, version = 0): Asked<T> {
  const question = `${route} ${JSON.stringify(query)}`;
  const [heard, setHeard] = useState<{ question: string; answer: Answer<T> }>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stopping = new AbortController();
    void get<T>(route, query, stopping.signal).then((answer) => {
      if (!stopping.signal.aborted) setHeard({ question, answer });
    });
    return () => stopping.abort();
  }, [question, round, version]);
  const answer = heard?.question === question ? heard.answer : undefined;
  return { answer, again: () => setRound((before) => before + 1) };
}

interface Props<T> {
  readonly asked: Asked<T>;
  readonly name: string;
  readonly children: (value: T) => ComponentChildren;
}

export function Answered<T>({ asked: { answer, again }, name, children }: Props<T>) {
  if (answer === undefined) return <Loading name={name} />;
  if ('ok' in answer) return <>{children(answer.ok)}</>;
  const { kind, message } = answer.failure;
  const isFinal = kind === 'no-permission' || kind === 'not-found';
  return (
    <div class={`absent ${kind}`} role="alert">
      <p class="text">
        {kind === 'no-permission' && <strong>Your credentials may not do that. </strong>}
        {message}
      </p>
      {!isFinal && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
