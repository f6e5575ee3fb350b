import type { PluginCrash } from '../../../core/message/verdict.ts';
import type { CrashKind } from '../../../packages/isolation/death.ts';

/** A plugin as a worker has it: what the config says of it, and its module, compiled. */
export interface Plugin {
  readonly name: string;
  /** None: all types. */
  readonly resourceTypes: readonly string[];
  /** Whether its crash is the resource's crash; else it is a warning. */
  readonly required: boolean;
  readonly deadlineMs: number;
  /** Compiled once an environment; modules are shared between threads. */
  readonly module: WebAssembly.Module;
}

/** Whether a plugin is for resources of a type. */
export function isFor({ resourceTypes }: Plugin, resourceType: string): boolean {
  return resourceTypes.length === 0 || resourceTypes.includes(resourceType);
}

/** A crash of a plugin; its reason names it wherever it goes. */
export function pluginCrash(
  plugin: string,
  { crash, reason }: { readonly crash: CrashKind; readonly reason: string },
): PluginCrash {
  return { plugin, crash, reason: `plugin ${plugin}: ${reason}` };
}
