import type { MessageLife } from '../../core/message/message-life.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';
import type { AttemptLog } from './logs.ts';

const ENDINGS: Readonly<Record<MessageLife['ending'], string>> = {
  stored: 'It is stored.',
  rejected: 'It was rejected.',
  'dead-lettered': 'It was dead-lettered.',
  waiting: 'It has not ended yet.',
};

/** The story of one message, without PHI. */
export function describeLife(life: MessageLife, stage: string, now: number): string {
  const { messageId, correlationId, file, line, ending, steps } = life;
  const place = file === undefined ? '' : `, ${file}${line === undefined ? '' : `:${line}`}`;
  const also = correlationId === undefined ? '' : `, correlation id ${correlationId}`;
  const shownSteps = steps.map(({ at, what }) => {
    return `  ${(at === undefined ? '' : formatTime(at, now)).padEnd(34)}  ${what}`;
  });
  const lines = [
    `message ${messageId}${place}${also}`,
    ...shownSteps,
    `${ENDINGS[ending]}${next(life, stage)}`,
  ];
  return lines.map(printable).join('\n');
}

/** The log of one attempt. */
export function describeLog({ requestId, lines, more, href }: AttemptLog): string {
  const first = `log of request ${requestId}${lines.length === 0 ? ': no line of it is kept' : ''}`;
  const texts = lines.map(({ at, function: name, text }) => {
    const when = at === undefined ? '' : `${new Date(at).toISOString()}  `;
    return `  ${when}${name}  ${text}`;
  });
  const rest = more ? ['  … there are more'] : [];
  return [first, ...texts, ...rest, ...(href === undefined ? [] : [`  ${href}`])]
    .map(printable)
    .join('\n');
}

function next({ ending, messageId }: MessageLife, stage: string): string {
  if (ending === 'stored' || ending === 'waiting') return '';
  return ` More: npm run cli -- quarantine show ${messageId} --stage ${stage}`;
}

/** Describes that nothing is known of a message, with possible reasons. */
export function describeUnknown(asked: string, stage: string): string {
  const first = printable(`Nothing is known of ${asked} in stage ${stage}. Possible reasons:`);
  return [first, ...hintsUnknown().map((hint) => `- ${hint}`)].join('\n');
}

/** Possible reasons why nothing is known of a message. */
export function hintsUnknown(): string[] {
  return [
    'it still waits in its queue, or runs for the first time: ask again, or look at `lane list`;',
    'its resource was replaced by a newer submission of the same id, which counts as stored;',
    'its record has expired, or was erased;',
    'it was never accepted by a queue of this stage: look where you sent it, and into unsent-*.ndjson.',
  ];
}
