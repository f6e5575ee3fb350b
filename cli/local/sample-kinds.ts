/** Names of the resources that a pipeline can be tried with; the page of the console lists them too. */

/** `hostile` is valid, with script, markup and odd characters in each string that may hold any. */
const HARMLESS = ['good', 'invalid', 'hostile'] as const;

/** What a killer does to its worker; `kill` takes the whole environment along. */
const KILLERS = ['throw', 'exit', 'heap', 'hang', 'kill'] as const;

export const SAMPLES = [...HARMLESS, ...KILLERS] as const;
export type SampleKind = (typeof SAMPLES)[number];
