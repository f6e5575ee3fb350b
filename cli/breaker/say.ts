import { publishFacts } from '../../aws/audit-queue.ts';
import { breakersTable } from '../../aws/breakers-table.ts';
import { transitionFact } from '../../core/breaker/breaker-news.ts';
import type { OperatorWord } from '../../core/breaker/breaker-operator.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { print } from '../../terminal/print.ts';
import { auditQueueAt, type Desk, HERE, hastyTableNamed } from '../clients.ts';
import type { LookOptions, WordOptions } from '../operator-options.ts';
import { findQueue } from '../target.ts';
import { describeOverruled, type Overruled, overruledJson } from './describe.ts';
import { overrule } from './overrule.ts';
import { breakersTableOf } from './read.ts';

export type SayOptions = WordOptions & LookOptions;

/** What is overridden, and the texts of the result. */
export interface Word extends Pick<OperatorWord, 'kind'> {
  readonly what: 'breaker' | 'plugin';
  readonly name: string;
  /** The key of its item. */
  readonly service: string;
  readonly is: string;
  readonly until?: number;
}

/** Overrides a breaker, publishes the fact to the audit log, and prints the new state (R17). */
export async function say(word: Word, options: SayOptions): Promise<void> {
  const overruled = await sayOf(word, options);
  print(options.json ? overruledJson(overruled) : describeOverruled(overruled, Date.now()));
}

/**
 * Overrides it and publishes the fact to the audit log. @throws TargetError if that is not possible
 */
export async function sayOf(
  word: Word,
  options: WordOptions,
  desk: Desk = HERE,
): Promise<Overruled> {
  const { by, reason, stage } = options;
  const { kind, until, what, name, service, is } = word;
  const said = { kind, until, by, reason, token: desk.randomId() } as OperatorWord;
  // Found first: without an audit log nothing is overridden.
  const auditQueueUrl = await findQueue(desk.sqs, resourceName(stage, 'audit.fifo'));
  const store = breakersTable(hastyTableNamed(breakersTableOf(stage), desk));
  const transition = await overrule(store, service, said, desk.now);
  await publishFacts(auditQueueAt(auditQueueUrl, desk), [
    transitionFact(service, transition, 'cli'),
  ]);
  return { what, name, is, until, by, reason, transition };
}
