/** Runs one plugin on one resource: its issues, or how it crashed. */
import { readPluginAnswer } from '../../../core/message/plugin-answer.ts';
import type { PluginCrash } from '../../../core/message/verdict.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../../packages/isolation/death.ts';
import { describeError } from '../../../packages/isolation/death.ts';
import { OutputTooLarge, type PluginRun, runModule } from '../../../packages/isolation/wasi.ts';
import { type Plugin, pluginCrash } from './plugin.ts';

/** What is validated: the resource as text and as value, and when it was submitted (epoch ms). */
export interface Subject {
  readonly text: string;
  readonly resource: unknown;
  readonly submittedAt: number;
}

export type PluginResult =
  | { readonly kind: 'issues'; readonly issues: Issue[] }
  | ({ readonly kind: 'crash' } & PluginCrash);

/** Runs a plugin in a fresh instance. Returns unless it hangs or kills this thread. */
export function askPlugin(
  { name, module }: Pick<Plugin, 'name' | 'module'>,
  { text, resource, submittedAt }: Subject,
  issuesMax: number,
): PluginResult {
  const crashed = (crash: CrashKind, reason: string): PluginResult => {
    return { kind: 'crash', ...pluginCrash(name, { crash, reason }) };
  };
  let run: PluginRun;
  try {
    run = runModule(module, text, submittedAt);
  } catch (error) {
    return crashed('exception', describeTrap(error));
  }
  if (run.status !== 0) return crashed('exit', `exited with status ${known(run.status)}`);
  const answer = readPluginAnswer(name, run.output, resource, issuesMax);
  return answer.kind === 'issues' ? answer : crashed('exception', answer.reason);
}

/** Statuses of a process end here. A larger number may be a date of birth (R08). */
const STATUS_MAX = 255;

// WebAssembly has signed numbers only, a status is unsigned.
const known = (status: number) => (status >>> 0 <= STATUS_MAX ? status : `above ${STATUS_MAX}`);

/**
 * V8's text for a trap is fixed (`unreachable`), so it may be published; other texts may quote the
 * resource.
 */
function describeTrap(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) return `trapped: ${error.message}`;
  return error instanceof OutputTooLarge ? error.message : describeError(error);
}
