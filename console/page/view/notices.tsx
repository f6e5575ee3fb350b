/** Says what was done, for a while at the edge of the page, and to screen readers. */
import { signal } from '@preact/signals';

interface Notice {
  readonly id: number;
  readonly text: string;
}

const notices = signal<readonly Notice[]>([]);
const SHOWN_MS = 8_000;
let last = 0;

export function say(text: string): void {
  last += 1;
  const notice = { id: last, text };
  notices.value = [...notices.value.slice(-2), notice];
  setTimeout(() => drop(notice.id), SHOWN_MS);
}

const drop = (id: number) => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};

export function Notices() {
  return (
    <div class="notices" role="status">
      {notices.value.map(({ id, text }) => (
        <p key={id} class="text">
          {text}
        </p>
      ))}
    </div>
  );
}
