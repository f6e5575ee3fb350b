/** How the terminology server is used: limits of time and calls, and how long answers are valid. */
import { z } from 'zod';
import { tokenSecretArnSchema } from './token-secret.ts';

export const terminologyConfigSchema = z
  .strictObject({
    /** Base URL of its FHIR R4 API; `https`, except for a server on this machine. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    tokenSecretArn: tokenSecretArnSchema.optional(),
    /** One call is aborted after this time. */
    callTimeoutMs: z.int().min(50).max(60_000).default(1000),
    /**
     * How long one invocation waits for answers in all; codes without an answer by then are not verified.
     */
    budgetMs: z.int().min(50).max(300_000).default(2000),
    /** Calls of one environment at a time. */
    callsMax: z.int().min(1).max(100).default(8),
    /** Codes of one resource that are asked about, not counting remembered ones. */
    codesPerResource: z.int().min(1).max(256).default(32),
    /** Codes of one source that one environment asks about in a minute. */
    codesPerMinute: z.int().min(1).max(1_000_000).default(1_200),
    /** An answer this old is asked for again; a "no" already after an hour. */
    freshHours: z.int().min(1).max(720).default(24),
    /** While the server cannot be asked, a "yes" up to this old is used. */
    staleDays: z.int().min(1).max(365).default(30),
    breakerFailures: z.int().min(1).max(1000).default(5),
    breakerOpenSeconds: z.int().min(1).max(300).default(30),
  })
  .prefault({});
