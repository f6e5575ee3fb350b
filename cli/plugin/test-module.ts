/** Runs a plugin here, in a worker as `validate` would. */
import { readFile } from 'node:fs/promises';
import type { Verdict } from '../../core/verdict.ts';
import { operationOutcome } from '../../fhir/operation-outcome.ts';
import type { IsolationPool, Judgement } from '../../functions/validate/isolation/pool.ts';
import { type Entry, place } from '../input/entry.ts';
import { measureInputs, readInputs } from '../input/read-input.ts';
import { complain, print } from '../print.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

export interface TestOptions {
  readonly memoryMb: number;
  readonly deadlineMs: number;
}

/** Status 1 where the module crashes, or an entry cannot be read; a rejection is an answer. */
export async function testModule(
  file: string,
  resources: string[],
  options: TestOptions,
): Promise<void> {
  await measureInputs([file, ...resources]);
  const module = await loadModule(file, options.memoryMb);
  const pool = await poolFor(module, options.deadlineMs);
  try {
    for await (const entry of readInputs(resources)) {
      const { said, failed } = await outcomeOf(entry, pool, module);
      print(printable(`${place(entry)}: ${said}`));
      if (failed) process.exitCode = 1;
    }
  } finally {
    await pool.close();
  }
}

async function loadModule(file: string, memoryMb: number): Promise<WebAssembly.Module> {
  const { moduleProblems } = await import('../../lib/plugin-module.ts');
  const { capPluginMemory } = await import('../../functions/validate/plugins/load-plugins.ts');
  const bytes = await readFile(file);
  const problems = moduleProblems(bytes, memoryMb);
  if (problems.length > 0) throw new UsageError(`${file} ${problems.join('; ')}`);
  capPluginMemory(memoryMb);
  return new WebAssembly.Module(bytes);
}

async function poolFor(module: WebAssembly.Module, deadlineMs: number): Promise<IsolationPool> {
  const { IsolationPool } = await import('../../functions/validate/isolation/pool.ts');
  const plugin = { name: 'under-test', resourceTypes: [], required: true, deadlineMs, module };
  return new IsolationPool({
    url: new URL('../../functions/validate/worker.ts', import.meta.url),
    size: 1,
    deadlineMs: 60_000,
    heapOldMb: 256,
    heapYoungMb: 16,
    options: { chaos: false, issuesMax: 100, plugins: [plugin] },
  });
}

type Told = { readonly said: string; readonly failed: boolean };

async function outcomeOf(
  entry: Entry,
  pool: IsolationPool,
  module: WebAssembly.Module,
): Promise<Told> {
  if (entry.kind === 'problem') return { said: entry.reason, failed: true };
  const submittedAt = Date.now();
  const judgement = await pool.judge(entry.text, submittedAt);
  switch (judgement.kind) {
    case 'valid':
    case 'invalid':
      return { said: JSON.stringify(operationOutcome(judgement.issues)), failed: false };
    case 'crash':
      await showStandardError(judgement, { module, text: entry.text, submittedAt });
      return { said: `${judgement.crash}, ${judgement.reason}`, failed: true };
    case 'unjudged':
      return { said: reasonOf(judgement), failed: true };
  }
}

function reasonOf(judgement: Extract<Judgement, { kind: 'unjudged' }>): string {
  return 'reason' in judgement ? judgement.reason : judgement.because;
}

/** The pipeline shows nobody what a plugin prints there. A run repeats itself, so a second shows it. */
async function showStandardError(
  { crash, plugin }: Extract<Verdict, { kind: 'crash' }>,
  run: { readonly module: WebAssembly.Module; readonly text: string; readonly submittedAt: number },
): Promise<void> {
  if (plugin === undefined || crash === 'timeout') return;
  const { runModule } = await import('../../functions/validate/plugins/wasi.ts');
  let said = '';
  try {
    runModule(run.module, run.text, run.submittedAt, (text) => {
      said += text;
    });
  } catch {
    // It has been told how the module ended.
  }
  if (said !== '') complain(said.trimEnd());
}
