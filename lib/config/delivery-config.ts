/** Delivery to the FHIR server downstream. */
import { z } from 'zod';
import { tokenSecretArnSchema } from './token-secret.ts';

export const deliveryConfigSchema = z
  .strictObject({
    /** Base URL; `https`, except for a server on this machine. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    tokenSecretArn: tokenSecretArnSchema.optional(),
    maxConcurrency: z.int().min(2).max(1000).default(20),
    batchSize: z.int().min(1).max(10).default(10),
    timeoutSeconds: z.int().min(1).max(900).default(30),
    visibilitySeconds: z.int().min(1).max(43_200).default(180),
    /** One call is aborted after this time. */
    callTimeoutMs: z.int().min(100).max(300_000).default(5000),
    /** How long a PUT that we gave up on may still take effect at the server (R05). */
    lateMs: z.int().min(1_000).max(900_000).default(60_000),
    /** Failures of a resource's own before it is quarantined. */
    failures: z.int().min(1).max(100).default(3),
    /** The breaker: this many consecutive failures open it for this long (R10). */
    breakerFailures: z.int().min(1).max(1000).default(5),
    /**
     * In place of a count: opens if at least this share of the calls in a window failed, so that it stays
     * closed while the server fails now and then (docs/decisions/delivery.md).
     */
    breakerShare: z
      .strictObject({
        failed: z.number().min(0.05).max(1),
        callsMin: z.int().min(5).max(100_000).default(20),
        windowSeconds: z.int().min(10).max(600).default(60),
      })
      .optional(),
    breakerOpenSeconds: z.int().min(1).max(300).default(30),
    /** Triggers that may wait invisibly. An SQS limit: 120,000. */
    inFlightMax: z.int().min(100).max(100_000).default(20_000),
  })
  .prefault({});
