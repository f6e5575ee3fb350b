import { z } from 'zod';

/** What `validate` is told of one plugin by the stack. */
export const pluginSettingsSchema = z.object({
  name: z.string(),
  /** Of the module, relative to the handler. */
  file: z.string(),
  /** None: all types. */
  resourceTypes: z.array(z.string()).readonly(),
  required: z.boolean(),
  deadlineMs: z.int().positive(),
});

/** Where a plugin's module lies in the function's bundle. */
export const pluginPath = (name: string): string => `./plugins/${name}.wasm`;

export type PluginSettings = z.infer<typeof pluginSettingsSchema>;
