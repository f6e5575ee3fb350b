/** The progress of a resource through the plugins, and how it continues after a plugin crashed. */
import type { PluginCrash, Verdict } from '../../../core/message/verdict.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';
import { boundedVerdict, isError } from '../bounded-verdict.ts';

/** A resource that the validator found valid, and the plugins' issues so far. */
export type Progress = Extract<Verdict, { kind: 'valid' }>;

/** Where to continue after a plugin that killed its worker. */
export interface Resume {
  readonly progress: Progress;
  readonly first: number;
}

/** There is no verdict: a required plugin is switched off, and the resource waits until it is on. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly plugin: string;
}

/** The warning for an advisory plugin that is switched off. */
export function withPassedOver(progress: Progress, plugin: string, issuesMax: number): Progress {
  const text = `The plugin ${plugin} is switched off and was passed over`;
  const warning: Issue = { severity: 'warning', code: 'incomplete', text, plugin };
  return withIssues(progress, [warning], issuesMax);
}

/** The result of an advisory plugin's crash: a warning, and the crash to count. */
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

/** If there are too many issues, errors come first: issues that reject must not be cut. */
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
