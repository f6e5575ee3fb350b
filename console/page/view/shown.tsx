/** Shows a figure in each of its states: not read yet, not readable, current, and old. */
import type { ComponentChildren } from 'preact';
import type { Figure, Trouble } from '../../contract/figure.ts';
import { isStale, standing } from '../model/connection.ts';
import { ago } from '../model/times.ts';
import { everyMs, now } from '../state.ts';

interface Props<T> {
  readonly figure: Figure<T> | undefined;
  /** Name in texts: `the breakers`. */
  readonly name: string;
  readonly children: (value: T) => ComponentChildren;
}

export function Shown<T>({ figure, name, children }: Props<T>) {
  const stands = standing(figure);
  if (stands.is === 'loading') return <Loading name={name} />;
  if (stands.is === 'absent') return <Absent name={name} trouble={stands.trouble} />;
  const { value, readAt, trouble } = stands;
  const isOld = trouble !== undefined || isStale(readAt, now.value, everyMs());
  return (
    <>
      {isOld && (
        <p class="note attention text">
          As of {ago(readAt, now.value)}
          {trouble !== undefined && `: ${trouble.message}`}
        </p>
      )}
      {children(value)}
    </>
  );
}

export function Loading({ name }: { readonly name: string }) {
  return (
    <div class="loading" aria-busy="true">
      <span class="only-read">Reading {name} …</span>
      <i />
      <i />
      <i />
    </div>
  );
}

const WHY: Readonly<Record<Trouble['kind'], string>> = {
  'no-permission': 'Your credentials may not read this.',
  'not-there': 'Not here.',
  failing: 'This cannot be read just now; it is tried again.',
};

function Absent({ name, trouble }: { readonly name: string; readonly trouble: Trouble }) {
  const { kind, message } = trouble;
  return (
    <div class={`absent ${kind}`}>
      <p>
        <strong>{WHY[kind]}</strong> <span class="only-read">({name})</span>
      </p>
      <p class="quiet text">{message}</p>
    </div>
  );
}
