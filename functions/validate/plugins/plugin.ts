import type { PluginCrash } from '../../../core/message/verdict.ts';
import type { CrashKind } from '../../../packages/isolation/death.ts';

/** A plugin in a worker: its settings and its compiled module. */
export interface Plugin {
  readonly name: string;
  /** None: all types. */
  readonly resourceTypes: readonly string[];
  /** Whether its crash counts as the resource's crash; otherwise it is a warning. */
  readonly required: boolean;
  readonly deadlineMs: number;
  /** Compiled once for each environment; threads share modules. */
  readonly module: WebAssembly.Module;
}

/** Whether a plugin is for resources of a type. */
export function isFor({ resourceTypes }: Plugin, resourceType: string): boolean {
  return resourceTypes.length === 0 || resourceTypes.includes(resourceType);
}

/** A crash of a plugin. Its reason always names the plugin. */
export function pluginCrash(
  plugin: string,
  { crash, reason }: { readonly crash: CrashKind; readonly reason: string },
): PluginCrash {
  return { plugin, crash, reason: `plugin ${plugin}: ${reason}` };
}
