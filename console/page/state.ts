/**
 * The state of the page. Views read these signals and are rendered again when one of them changes.
 */
import { computed, signal } from '@preact/signals';
import type { Hello } from '../contract/events.ts';
import type { Trouble } from '../contract/figure.ts';
import type { Run } from '../contract/runs.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import { keepListening, type News } from './client/stream.ts';
import { type Address, addressOf, parseAddress } from './model/address.ts';
import { concernsOf } from './model/attention.ts';
import { afterLoss, type Connection, isStale } from './model/connection.ts';
import { type Flow, withNews } from './model/flow-rates.ts';

export const hello = signal<Hello | undefined>();
export const snapshot = signal<Snapshot | undefined>();
export const flow = signal<Flow | undefined>();
export const flowTrouble = signal<Trouble | undefined>();
export const runs = signal<readonly Run[]>([]);
export const connection = signal<Connection>({ state: 'connecting' });
export const address = signal<Address>(parseAddress(location.hash));
/** The server's time, updated every second. */
export const now = signal(Date.now());

export const concerns = computed(() =>
  snapshot.value === undefined ? [] : concernsOf(snapshot.value, now.value),
);

/** Number of acts that have ended. When it changes, views ask again for what the acts changed. */
export const runsEnded = computed(
  () => runs.value.filter(({ endedAt }) => endedAt !== undefined).length,
);

/** The figures are old: the stream is closed, or the reader makes no progress. */
export const isOld = computed(() => {
  const shown = snapshot.value;
  if (shown === undefined) return false;
  return connection.value.state !== 'live' || isStale(shown.now, now.value, everyMs());
});

export const everyMs = (): number => hello.value?.everyMs ?? 1_000;

/** The server's clock minus the viewer's. */
let ahead = 0;

/** One object: setting the same value again renders nothing. */
const LIVE: Connection = { state: 'live' };

function heard(news: News): void {
  if (connection.value.state !== 'ended') connection.value = LIVE;
  switch (news.name) {
    case 'hello':
      connection.value = LIVE;
      hello.value = news.data;
      return;
    case 'snapshot':
      ahead = news.data.now - Date.now();
      snapshot.value = news.data;
      now.value = news.data.now;
      return;
    case 'flow':
      flow.value = withNews(flow.value, news.data);
      flowTrouble.value = news.data.figure.trouble;
      return;
    case 'runs':
      runs.value = news.data;
      return;
    case 'bye':
      connection.value = { state: 'ended', since: now.value, message: news.data.message };
  }
}

const SECOND_MS = 1_000;

export function begin(): void {
  addEventListener('hashchange', () => {
    address.value = parseAddress(location.hash);
  });
  setInterval(() => {
    if (!document.hidden) now.value = Date.now() + ahead;
  }, SECOND_MS);
  keepListening({
    news: heard,
    lost: (kind, message) => {
      connection.value = afterLoss(connection.value, kind, message, now.value);
    },
    hidden: () => {
      connection.value = { state: 'hidden' };
    },
  });
}

export function go(to: Partial<Address>): void {
  location.hash = addressOf(to);
}
