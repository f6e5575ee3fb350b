/**
 * The source of `npm start`. If failsafe.config.ts has sources, messages of other senders are
 * refused, so it signs as a sender of one of them. Otherwise the source is `default`, or that of
 * `--source`.
 */
import { UsageError } from '../cli/usage-error.ts';
import type { Config } from '../lib/config/config.ts';
import { hasSources } from '../lib/config/source-config.ts';
import { accessKeyOf } from '../packages/local-lambda/template/account.ts';

export interface Submitter {
  readonly source: string;
  /** The sender id for the local queues; absent if it is the account. */
  readonly accessKeyId?: string;
  /** A hint that explains possible refusals. */
  readonly note?: string;
}

export interface Submitting {
  /** The value of `--source`. */
  readonly source?: string | undefined;
  /** The user's files, of which nothing is known before they are read. */
  readonly input: readonly string[];
  readonly count: number;
}

type Source = Config['sources']['known'][string];

const SAMPLE_TYPES = ['Patient', 'Observation'];
/** Its largest resource is smaller. */
const SAMPLE_BYTES = 8_000;

/** @throws UsageError if no source may send what is to be sent. */
export function submitterOf({ sources }: Pick<Config, 'sources'>, wanted: Submitting): Submitter {
  const label = wanted.source ?? 'default';
  if (!hasSources(sources)) return { source: label };
  const known = Object.entries(sources.known);
  const asked = known.filter(([name]) => wanted.source === undefined || name === label);
  const reasons: string[] = [];
  for (const [name, source] of asked) {
    const reason = whyNot(source, wanted) ?? (isSigned(sources) ? whyUnsigned(source) : undefined);
    if (reason === undefined) return submitter(name, source, wanted, isSigned(sources));
    reasons.push(`${name} ${reason}`);
  }
  const names = known.map(([name]) => name).join(', ');
  throw new UsageError(
    asked.length === 0
      ? `--source ${label} is not a source of failsafe.config.ts: ${names}`
      : `nothing can be submitted here as a source of failsafe.config.ts: ${reasons.join('; ')}`,
  );
}

/** With `fixed` the sender id is not checked. */
const isSigned = ({ senderIds }: Config['sources']) => senderIds === 'verify';

function whyNot(source: Source, { input }: Submitting): string | undefined {
  const { lanes, resourceTypes = SAMPLE_TYPES, largestBytes = SAMPLE_BYTES } = source;
  if (!lanes.includes('background')) return 'may not send to lane background';
  if (input.length > 0) return undefined;
  const missing = SAMPLE_TYPES.filter((type) => !resourceTypes.includes(type));
  if (missing.length > 0) return `may not send ${missing.join(' and ')} (name files by --input)`;
  if (largestBytes < SAMPLE_BYTES)
    return `may send ${largestBytes} bytes only (name files by --input)`;
  return undefined;
}

function whyUnsigned({ senders }: Source): string | undefined {
  if (keyOf(senders) !== undefined) return undefined;
  return `has no sender that is a role or a user (AROA…, AIDA…), but ${senders.join(', ')}`;
}

const keyOf = (senders: Source['senders']) => senders.map(accessKeyOf).find(Boolean);

function submitter(
  source: string,
  { senders, ratePerMinute = Number.POSITIVE_INFINITY }: Source,
  { input, count }: Submitting,
  signed: boolean,
): Submitter {
  const accessKeyId = signed ? keyOf(senders) : undefined;
  return {
    source,
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(input.length === 0 &&
      count > ratePerMinute && {
        note: `${source} may send ${ratePerMinute} messages a minute; more are refused because of the rate`,
      }),
  };
}
