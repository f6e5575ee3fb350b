/**
 * Runs the plugins on a resource that the validator found valid, so plugins may rely on that. They run
 * in the order of the config, also after one has rejected, so that a producer learns of all errors at
 * once. A plugin that traps, exits or gives an unreadable answer has crashed. The pool detects a plugin
 * that hangs or kills the worker: the ledger says which one it was and what had been validated. After
 * an advisory plugin, a fresh worker continues from there.
 */
import type { Verdict } from '../../../core/message/verdict.ts';
import type { Run } from '../../../packages/isolation/worker.ts';
import { isError } from '../bounded-verdict.ts';
import { isFor, type Plugin } from './plugin.ts';
import { askPlugin } from './plugin-run.ts';
import { type Resume, type Withheld, withCrash, withIssues, withPassedOver } from './progress.ts';

export interface PluginSet {
  readonly plugins: readonly Plugin[];
  readonly issuesMax: number;
  /** To say which plugin runs. */
  readonly run: Pick<Run, 'enterStep' | 'leaveSteps'>;
}

/** A text, its time of submission, and which plugins, by position, are switched off for it. */
export interface Submitted {
  readonly text: string;
  readonly submittedAt: number;
  readonly off: readonly number[];
}

/** The verdict after all plugins from position `first` on that are for the resource's type. */
export function validateByPlugins(
  set: PluginSet,
  submission: Submitted,
  resume: Resume,
): Verdict | Withheld {
  const verdict = askAll(set, submission, resume);
  set.run.leaveSteps();
  return verdict;
}

function askAll(
  { plugins, issuesMax, run }: PluginSet,
  submission: Submitted,
  { progress, first }: Resume,
): Verdict | Withheld {
  let soFar = progress;
  let resource: unknown;
  for (const [position, plugin] of plugins.entries()) {
    if (position < first || !isFor(plugin, progress.resourceType)) continue;
    if (submission.off.includes(position)) {
      if (plugin.required) return { kind: 'withheld', plugin: plugin.name };
      soFar = withPassedOver(soFar, plugin.name, issuesMax);
      continue;
    }
    resource ??= JSON.parse(submission.text);
    run.enterStep(position, plugin.required ? undefined : soFar);
    const result = askPlugin(plugin, { ...submission, resource }, issuesMax);
    if (result.kind === 'issues') {
      soFar = withIssues(soFar, result.issues, issuesMax);
    } else if (plugin.required) {
      return result;
    } else {
      soFar = withCrash(soFar, result, issuesMax);
    }
  }
  return soFar.issues.some(isError) ? { ...soFar, kind: 'invalid' } : soFar;
}
