/** Where traces go. */
import { z } from 'zod';

export const tracesConfigSchema = z
  .strictObject({
    /** Base URL of a collector that takes OTLP over HTTP; `https`, but for one on this machine. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** Which share of the traces that no producer began is recorded. */
    ratio: z.number().min(0).max(1).default(1),
  })
  .prefault({});
