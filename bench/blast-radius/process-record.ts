/**
 * What each of the three peers does with a message: the same validator, the same faults on demand,
 * the same conditional put as ours, in the handler's own thread.
 */
import { readFileSync } from 'node:fs';
import type { SQSRecord } from 'aws-lambda';
import { makeDynamo } from '../../aws/clients.ts';
import { performChaos } from '../../functions/validate/chaos.ts';
import { askPlugin } from '../../functions/validate/plugins/plugin-run.ts';
import { verdictOn } from '../../functions/validate/verdict-on.ts';
import { plainPut } from '../peers/plain-put.ts';

const ISSUES_MAX = 100;
/** Of a module, where there is one: run as its documentation would, in this thread. */
const plugin =
  process.env['PLUGIN'] === undefined
    ? undefined
    : new WebAssembly.Module(readFileSync(process.env['PLUGIN']));
const table = { name: process.env['RESOURCES_TABLE'] ?? '', dynamo: makeDynamo() };

/** Throws where the resource does; the library around it decides what that means for the others. */
export async function processRecord({ body, messageId, attributes }: SQSRecord): Promise<void> {
  performChaos(body);
  const verdict = verdictOn(body, { issuesMax: ISSUES_MAX });
  if (verdict.kind === 'crash') throw new Error(verdict.reason);
  if (verdict.kind === 'invalid') return;
  if (plugin !== undefined) runPlugin(plugin, body, Number(attributes.SentTimestamp));
  await plainPut(table, { messageId, sentAt: Number(attributes.SentTimestamp) }, body, verdict);
}

/** The fresh instance is ours; whatever it does, it does to this thread. */
function runPlugin(module: WebAssembly.Module, text: string, submittedAt: number): void {
  const subject = { text, resource: JSON.parse(text), submittedAt };
  const result = askPlugin({ name: 'chaos', module }, subject, ISSUES_MAX);
  if (result.kind === 'crash') throw new Error(result.reason);
}
