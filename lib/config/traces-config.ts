/** Where traces go. */
import { z } from 'zod';

export const tracesConfigSchema = z
  .strictObject({
    /** Base URL of a collector that accepts OTLP over HTTP; `https`, except for one on this machine. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** The share of the traces that no producer began that is recorded. */
    ratio: z.number().min(0).max(1).default(1),
  })
  .prefault({});
