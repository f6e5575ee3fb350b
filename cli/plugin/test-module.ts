/** Runs a plugin on this machine, in a worker as `validate` does. */

import { readFile } from 'node:fs/promises';
import type { Verdict } from '../../core/message/verdict.ts';
import { entryUrl } from '../../functions/validate/entry-url.ts';
import type { VerdictOrNone } from '../../functions/validate/isolated-validator.ts';
import type { ValidationPool } from '../../functions/validate/validation-pool.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { complain, print } from '../../terminal/print.ts';
import { printable } from '../../terminal/printable.ts';
import { type Entry, place } from '../input/entry.ts';
import { measureInputs, readInputs } from '../input/read-input.ts';
import { UsageError } from '../usage-error.ts';

export interface TestOptions {
  readonly memoryMb: number;
  readonly deadlineMs: number;
}

/** Status 1 unless the module ran for each entry, and accepted it. */
export async function testModule(
  file: string,
  resources: string[],
  options: TestOptions,
): Promise<void> {
  await measureInputs([file, ...resources]);
  const module = await loadModule(file, options.memoryMb);
  const pool = await poolFor(module, options.deadlineMs);
  try {
    const counts = new Map<Ending, number>();
    for await (const entry of readInputs(resources)) {
      const { said, ending } = await outcomeOf(entry, pool, module);
      print(printable(`${place(entry)}: ${said}`));
      counts.set(ending, (counts.get(ending) ?? 0) + 1);
      if (ending !== 'accepted') process.exitCode = 1;
    }
    complain(summaryOf(counts));
  } finally {
    await pool.close();
  }
}

async function loadModule(file: string, memoryMb: number): Promise<WebAssembly.Module> {
  const { moduleProblems } = await import('../../lib/bundle/plugin-module.ts');
  const { capPluginMemory } = await import('../../functions/validate/plugins/load-plugins.ts');
  const bytes = await readFile(file);
  const problems = moduleProblems(bytes, memoryMb);
  if (problems.length > 0) throw new UsageError(`${file} ${problems.join('; ')}`);
  capPluginMemory(memoryMb);
  return new WebAssembly.Module(bytes);
}

async function poolFor(module: WebAssembly.Module, deadlineMs: number): Promise<ValidationPool> {
  const { validationPool } = await import('../../functions/validate/validation-pool.ts');
  const plugin = { name: 'under-test', resourceTypes: [], required: true, deadlineMs, module };
  return validationPool({
    url: entryUrl('worker'),
    size: 1,
    deadlineMs: 60_000,
    heapOldMb: 256,
    heapYoungMb: 16,
    options: { chaos: false, issuesMax: 100, plugins: [plugin] },
  });
}

type Ending =
  | 'accepted'
  | 'rejected'
  | 'crashed'
  | 'not asked, because they are invalid'
  | 'unreadable';
interface Answer {
  readonly said: string;
  readonly ending: Ending;
}

function summaryOf(counts: ReadonlyMap<Ending, number>): string {
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0);
  if (total === 0) return '0 resources: the plugin was not asked';
  const parts = [...counts].map(([ending, count]) => `${count} ${ending}`);
  return `${total} ${total === 1 ? 'resource' : 'resources'}: ${parts.join(', ')}`;
}

async function outcomeOf(
  entry: Entry,
  pool: ValidationPool,
  module: WebAssembly.Module,
): Promise<Answer> {
  if (entry.kind === 'problem') return { said: entry.reason, ending: 'unreadable' };
  const submittedAt = Date.now();
  const verdict = await pool.validate(entry.text, submittedAt);
  switch (verdict.kind) {
    case 'valid':
    case 'invalid':
      return answerOf(verdict.issues);
    case 'crash':
      await showStandardError(verdict, { module, text: entry.text, submittedAt });
      return { said: `crashed: ${verdict.crash}, ${verdict.reason}`, ending: 'crashed' };
    case 'no-verdict':
      return { said: `not asked: ${reasonOf(verdict)}`, ending: 'crashed' };
  }
}

/**
 * Plugins only run for resources that the validator found valid, so after a validator's error it
 * did not run.
 */
function answerOf(issues: readonly Issue[]): Answer {
  const errors = issues.filter(({ severity }) => severity === 'error');
  const own = errors.filter(({ plugin }) => plugin !== undefined);
  if (own.length > 0) {
    return { said: `rejected by the plugin: ${listed(own)}`, ending: 'rejected' };
  }
  if (errors.length > 0) {
    const said = `invalid without it, so the plugin was not asked: ${listed(errors)}`;
    return { said, ending: 'not asked, because they are invalid' };
  }
  const remarks = issues.filter(({ plugin }) => plugin !== undefined);
  const beside = remarks.length === 0 ? '' : `, with the plugin's remarks: ${listed(remarks)}`;
  return { said: `accepted${beside}`, ending: 'accepted' };
}

function listed(issues: readonly Issue[]): string {
  return issues
    .map(({ text, expression }) => (expression === undefined ? text : `${text} (${expression})`))
    .join('; ');
}

function reasonOf(verdict: Extract<VerdictOrNone, { kind: 'no-verdict' }>): string {
  return 'reason' in verdict ? verdict.reason : verdict.because;
}

/** The pipeline drops a plugin's standard error. Runs are repeatable, so a second run shows it. */
async function showStandardError(
  { crash, plugin }: Extract<Verdict, { kind: 'crash' }>,
  run: { readonly module: WebAssembly.Module; readonly text: string; readonly submittedAt: number },
): Promise<void> {
  if (plugin === undefined || crash === 'timeout') return;
  const { runModule } = await import('../../packages/isolation/wasi.ts');
  let said = '';
  try {
    runModule(run.module, run.text, run.submittedAt, (text) => {
      said += text;
    });
  } catch {
    // The crash itself has been reported.
  }
  if (said !== '') complain(said.trimEnd());
}
