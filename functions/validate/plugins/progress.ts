/** A resource on its way through the plugins, and how it goes on where one of them crashed. */
import type { PluginCrash, Verdict } from '../../../core/message/verdict.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';
import { boundedVerdict, isError } from '../bounded-verdict.ts';

/** A resource that the validator found valid, and what plugins have said so far. */
export type Progress = Extract<Verdict, { kind: 'valid' }>;

/** Where to go on behind a plugin that took a worker along. */
export interface Resume {
  readonly progress: Progress;
  readonly first: number;
}

/** There is no verdict: a required plugin is switched off, and the resource waits for it. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly plugin: string;
}

/** What an advisory plugin that is switched off leaves behind. */
export function withPassedOver(progress: Progress, plugin: string, issuesMax: number): Progress {
  const text = `The plugin ${plugin} is switched off and was passed over`;
  const warning: Issue = { severity: 'warning', code: 'incomplete', text, plugin };
  return withIssues(progress, [warning], issuesMax);
}

/** What an advisory plugin's crash leaves behind: a warning, and the crash to count. */
export function withCrash(
  progress: Progress,
  { plugin, crash, reason }: PluginCrash,
  issuesMax: number,
): Progress {
  const text = `The plugin ${plugin} crashed and was passed over`;
  const warning: Issue = { severity: 'warning', code: 'incomplete', text, plugin };
  const pluginCrashes = [...(progress.pluginCrashes ?? []), { plugin, crash, reason }];
  return { ...withIssues(progress, [warning], issuesMax), pluginCrashes };
}

/** Errors first where there are too many: what rejects must not be cut. */
export function withIssues(
  progress: Progress,
  more: readonly Issue[],
  issuesMax: number,
): Progress {
  if (more.length === 0) return progress;
  const all = [...progress.issues, ...more];
  const issues =
    all.length > issuesMax
      ? all.toSorted((a, b) => Number(isError(b)) - Number(isError(a))).slice(0, issuesMax)
      : all;
  return boundedVerdict({ ...progress, issues });
}
