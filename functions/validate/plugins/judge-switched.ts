import type { Origin } from '../../../core/message/messages.ts';
import { settings } from '../environment.ts';
import type { Judgement, Judging } from '../judging.ts';

const { plugins, functionTimeoutMs } = settings;

/** Not even loaded where there are no plugins. */
const switches = plugins.length === 0 ? undefined : await import('./switches.ts');
switches?.setSwitchPolicies(plugins);

/** The verdict on one text, by the validator and the plugins that are on. Never rejects. */
export function judgeSwitched(
  isolation: Pick<Judging, 'judge'>,
  text: string,
  { messageId, sentAt, source }: Pick<Origin, 'messageId' | 'sentAt' | 'source'>,
): Promise<Judgement> {
  if (switches === undefined) return isolation.judge(text, sentAt, undefined, undefined, source);
  const switched = { text, submittedAt: sentAt, messageId, source };
  return switches.judgeBySwitches(plugins, isolation, switched, functionTimeoutMs);
}
