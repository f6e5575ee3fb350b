/** How the terminology server is asked: limits of time and calls, and how long answers are good. */
import { z } from 'zod';

export const terminologyConfigSchema = z
  .strictObject({
    /** Base URL of its FHIR R4 API; `https`, but for a server on this machine. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** Of a secret in Secrets Manager that holds a bearer token, and nothing else. */
    tokenSecretArn: z.string().startsWith('arn:').optional(),
    /** After so long one call is aborted. */
    callTimeoutMs: z.int().min(50).max(60_000).default(1000),
    /** So long one invocation waits for answers in all; what has none then is not verified. */
    budgetMs: z.int().min(50).max(300_000).default(2000),
    /** Calls of one environment at a time. */
    callsMax: z.int().min(1).max(100).default(8),
    /** Codes of one resource that are asked about, those aside that are remembered. */
    codesPerResource: z.int().min(1).max(256).default(32),
    /** Codes of one source that one environment asks about in a minute. */
    codesPerMinute: z.int().min(1).max(1_000_000).default(1_200),
    /** An answer this old is asked for again; after an hour already if it was no. */
    freshHours: z.int().min(1).max(720).default(24),
    /** While the server cannot be asked, a yes this old is believed. */
    staleDays: z.int().min(1).max(365).default(30),
    breakerFailures: z.int().min(1).max(1000).default(5),
    breakerOpenSeconds: z.int().min(1).max(300).default(30),
  })
  .prefault({});
