/**
 * Settings of `reporting` and `analytics`, which read what the pipeline publishes; nothing waits for them.
 */
import { z } from 'zod';

const insight = (defaults: {
  windowSeconds: number;
  timeoutSeconds: number;
  visibilitySeconds: number;
  keepDays: number;
}) =>
  z
    .strictObject({
      /** Most environments at a time: a pool of its own. */
      maxConcurrency: z.int().min(2).max(1000).default(5),
      /** Outcomes for one object. An AWS limit: a batch has at most 6 MB. */
      batchSize: z.int().min(1).max(10_000).default(10_000),
      /** How long a batch may wait to fill up: longer makes fewer and larger objects. */
      windowSeconds: z.int().min(0).max(300).default(defaults.windowSeconds),
      timeoutSeconds: z.int().min(1).max(900).default(defaults.timeoutSeconds),
      visibilitySeconds: z.int().min(1).max(43_200).default(defaults.visibilitySeconds),
      /** Days after which facts are deleted. */
      keepDays: z.int().min(16).max(36_500).default(defaults.keepDays),
    })
    .prefault({});

/** Daily reports, which outlive their facts. */
export const reportingConfigSchema = insight({
  windowSeconds: 60,
  timeoutSeconds: 120,
  visibilitySeconds: 780,
  keepDays: 400,
});

/** Facts for analysts. */
export const analyticsConfigSchema = insight({
  windowSeconds: 300,
  timeoutSeconds: 60,
  visibilitySeconds: 660,
  keepDays: 2_192,
});
