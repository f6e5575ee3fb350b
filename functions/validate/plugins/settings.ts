import * as z from 'zod';

/** The settings of one plugin that the stack gives `validate`. */
export const pluginSettingsSchema = z.object({
  name: z.string(),
  /** Path of the module, relative to the handler. */
  file: z.string(),
  /** None: all types. */
  resourceTypes: z.array(z.string()).readonly(),
  required: z.boolean(),
  deadlineMs: z.int().positive(),
});

/** Path of a plugin's module in the function's bundle. */
export const pluginPath = (name: string): string => `./plugins/${name}.wasm`;

export type PluginSettings = z.infer<typeof pluginSettingsSchema>;
