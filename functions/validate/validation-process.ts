/** The separate process for validating resources that may have killed an environment. */

import { pluginCrashesOf } from '../../core/supervision/plugin-switch.ts';
import { OwnProcess } from '../../packages/isolation/own-process.ts';
import { entryUrl } from './entry-url.ts';
import {
  type IsolatedValidator,
  isolatedValidator,
  type WorkerResult,
} from './isolated-validator.ts';
import type { PluginSettings } from './plugins/settings.ts';
import { sourceNames } from './source-names.ts';
import type { ValidationPoolSettings, WorkerOptions } from './validation-pool.ts';

/** As JSON: compiled modules cannot be sent to another process, so it loads the plugins itself. */
export interface OwnProcessSettings
  extends Omit<ValidationPoolSettings, 'url' | 'size' | 'spares' | 'options'> {
  readonly options: Omit<WorkerOptions, 'plugins'>;
  readonly plugins?: readonly PluginSettings[];
  readonly pluginMemoryMb: number;
}

export function validationProcess(url: URL, settings: OwnProcessSettings): IsolatedValidator {
  return isolatedValidator(
    new OwnProcess<WorkerResult>(url, { settings, mayRunOn: hadPluginTimeout }),
    sourceNames(entryUrl('worker')),
  );
}

/** V8 does not interrupt every loop: a plugin that ran out of time may keep running beside the next text. */
function hadPluginTimeout(answer: WorkerResult): boolean {
  if (answer.kind === 'withheld') return false;
  return pluginCrashesOf(answer).some(({ crash }) => crash === 'timeout');
}
