/**
 * Acts on all entries that match the filter. The entries are counted first, and an act changes no
 * more than that.
 */
import type { BulkKind, Counted, Selected } from '../../contract/acts.ts';
import { ROUTES } from '../../contract/routes.ts';
import type { Run } from '../../contract/runs.ts';
import { type Answer, post } from '../client/requests.ts';
import { entryFilter, filterWords, hasFilter } from '../model/entry-filter.ts';
import { full, howMany } from '../model/numbers.ts';
import { hello } from '../state.ts';
import { ask } from './ask.tsx';
import { say } from './notices.tsx';

interface Props {
  readonly filter: Readonly<Record<string, string>>;
  readonly total: number;
}

export function BulkActs({ filter, total }: Props) {
  if (hello.value?.operate !== true || total === 0) return null;
  if (!hasFilter(filter)) {
    return (
      <span class="quiet">Set a filter or choose a reason to act on all matching entries.</span>
    );
  }
  const what = `all entries with ${filterWords(filter)}`;
  return <ActButtons selected={{ filter: entryFilter(filter) }} what={what} />;
}

interface ActProps {
  readonly selected: Selected;
  /** The selection as text. */
  readonly what: string;
}

export function ActButtons({ selected, what }: ActProps) {
  return (
    <div class="buttons">
      <button type="button" onClick={() => void countAndAsk('redrive', selected, what)}>
        Redrive …
      </button>
      <button type="button" onClick={() => void countAndAsk('discard', selected, what)}>
        Discard …
      </button>
    </div>
  );
}

const RATES = [
  ['10', '10 a second'],
  ['100', '100 a second'],
  ['1000', '1,000 a second'],
] as const;

const WORDS = {
  redrive: {
    verb: 'Redrive',
    hint: 'the fix is deployed',
    text: 'They are sent to their isolation queue, run one at a time, and keep their place in the order of submissions.',
  },
  discard: {
    verb: 'Discard',
    hint: 'the producer sent corrected ones',
    text: 'They are given up: they stay in Quarantine until they expire, and are not redriven again.',
  },
} as const;

async function countAndAsk(kind: BulkKind, selected: Selected, what: string): Promise<void> {
  const counted = await post<Counted>(ROUTES.count, { kind, selected });
  if ('failure' in counted) return say(counted.failure.message);
  const { count, before, counts } = counted.ok;
  const { verb, hint, text } = WORDS[kind];
  if (count === 0)
    return say(`Nothing to ${kind}: ${restOf(counts) || 'nothing matches any more'}.`);
  const act = async (reason: string, rate: string): Promise<Answer<string>> => {
    const request = { kind, selected, before, count, rate: Number(rate), reason };
    const run = await post<Run>(ROUTES.bulk, request);
    if ('failure' in run) return run;
    return { ok: `${verb} of ${howMany(count, 'entry', 'entries')} has begun.` };
  };
  ask({
    title: `${verb} ${howMany(count, 'entry', 'entries')}?`,
    text: `That is ${what}. ${text}`,
    verb: `${verb} ${full(count)}`,
    choice: { label: 'How fast', options: RATES },
    hint,
    act,
  });
}

/** The entries that the act leaves alone, by reason. */
const restOf = (counts: Counted['counts']) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${count} ${why}`)
    .join(', ');
