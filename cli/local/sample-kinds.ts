/** Names of the samples. The page of the console lists them too. */

/** `hostile` is valid, with script, markup and odd characters in each string that may hold any. */
const HARMLESS = ['good', 'invalid', 'hostile'] as const;

/** What a killer does to its worker. `kill` kills the whole environment. */
const KILLERS = ['throw', 'exit', 'heap', 'hang', 'kill'] as const;

export const SAMPLES = [...HARMLESS, ...KILLERS] as const;
export type SampleKind = (typeof SAMPLES)[number];
