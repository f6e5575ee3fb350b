import { transitionFact } from '../../core/breaker-news.ts';
import type { OperatorWord } from '../../core/breaker-operator.ts';
import type { WordOptions } from '../operator-options.ts';
import { print } from '../print.ts';
import { findQueue } from '../target.ts';

type Word = Pick<OperatorWord, 'kind'> & { readonly until?: number };

/** Overrules a breaker, tells the audit log, and prints the transition (R17). */
export async function say(service: string, word: Word, options: WordOptions): Promise<void> {
  const { breakersTable } = await import('../../functions/aws/breakers-table.ts');
  const { breakersTableOf } = await import('./read.ts');
  const { overrule } = await import('./overrule.ts');
  const { tellAudit } = await import('../../functions/aws/audit-queue.ts');
  const { sqs } = await import('../../functions/aws/clients.ts');
  const { by, reason, stage } = options;
  const said = { ...word, by, reason, token: crypto.randomUUID() } as OperatorWord;
  // Looked up first: where nothing can be told to the audit log nothing is overruled.
  const auditQueueUrl = await findQueue(sqs, `fhir-failsafe-${stage}-audit.fifo`);
  const transition = await overrule(breakersTable(breakersTableOf(stage)), service, said, Date.now);
  await tellAudit(auditQueueUrl, [transitionFact(service, transition, 'cli')]);
  print(JSON.stringify({ service, ...transition }));
}
