import type { ComponentChildren } from 'preact';
import { duration } from '../model/times.ts';
import { connection, now, snapshot } from '../state.ts';

/** Says at the top if the figures are old, or why there are none yet. */
export function Reachable({ children }: { readonly children: ComponentChildren }) {
  const state = connection.value;
  if (state.state === 'refused') return <Refused message={state.message} />;
  if (state.state !== 'lost' && state.state !== 'ended') return <>{children}</>;
  const isEmpty = snapshot.value === undefined;
  const word = state.state === 'ended' ? 'The console was stopped' : 'The console is not connected';
  return (
    <>
      <div class="banner" role="alert">
        <p class="text">
          <strong>{word}</strong>: {state.message}.{' '}
          {isEmpty ? '' : `The figures below are ${duration(now.value - state.since)} old.`}
        </p>
        <p class="quiet">
          The page reconnects by itself. It is served by <code>npm run cli -- console</code>, or{' '}
          <code>npm start</code>.
        </p>
      </div>
      {!isEmpty && <div class="old">{children}</div>}
    </>
  );
}

function Refused({ message }: { readonly message: string }) {
  return (
    <div class="banner" role="alert">
      <h1>This tab has no token, or one of an earlier console</h1>
      <p class="text">{message}</p>
      <p>
        Open the address that the command printed when it was started last: it holds the token. Each
        tab needs it, also one that a link opened.
      </p>
    </div>
  );
}
