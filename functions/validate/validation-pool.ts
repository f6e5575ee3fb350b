/** The pool in which resources are validated: the validator first, then the plugins as steps. */
import { IsolationPool, type PoolSettings } from '../../packages/isolation/pool.ts';
import type { Step, StepPolicy } from '../../packages/isolation/step.ts';
import {
  type IsolatedValidator,
  isolatedValidator,
  type WorkerResult,
} from './isolated-validator.ts';
import { type Plugin, pluginCrash } from './plugins/plugin.ts';
import { type Progress, type Resume, withCrash } from './plugins/progress.ts';
import { sourceNames } from './source-names.ts';

/** What a worker needs to know. */
export interface WorkerOptions {
  readonly chaos: boolean;
  readonly issuesMax: number;
  /** Whether verdicts list the codings that the loaded definitions do not decide. */
  readonly undecided?: boolean;
  /** Run on resources that the validator found valid, in this order. */
  readonly plugins?: readonly Plugin[];
}

export interface ValidationPoolSettings
  extends Omit<PoolSettings<WorkerResult>, 'options' | 'steps' | 'afterStepDeath'> {
  readonly options: WorkerOptions;
}

export interface ValidationPool extends IsolatedValidator {
  /** Time is up: ends everything that is not finished, and the workers that run it. */
  stop(): void;
  close(): Promise<void>;
}

export function validationPool(settings: ValidationPoolSettings): ValidationPool {
  const isolation = isolationFor(settings);
  return {
    ...isolatedValidator(isolation, sourceNames(settings.url)),
    stop: () => isolation.stop(),
    close: () => isolation.close(),
  };
}

export function isolationFor(settings: ValidationPoolSettings): IsolationPool<WorkerResult> {
  const { plugins = [], issuesMax } = settings.options;
  return new IsolationPool<WorkerResult>({
    ...settings,
    steps: plugins.map(stepOf),
    afterStepDeath: afterPluginDeath(issuesMax),
  });
}

function stepOf({ name, deadlineMs, required }: Plugin): Step {
  return { name, deadlineMs, skippable: !required };
}

/**
 * A required plugin's crash is the resource's crash; after an advisory plugin's crash validation
 * continues.
 */
function afterPluginDeath(issuesMax: number): StepPolicy<WorkerResult> {
  return (death, { step, position, saved }) => {
    const crash = pluginCrash(step.name, death);
    if (!step.skippable) return { kind: 'finished', result: { kind: 'crash', ...crash } };
    const progress = withCrash(saved as Progress, crash, issuesMax);
    return { kind: 'resume', from: { progress, first: position + 1 } satisfies Resume };
  };
}
