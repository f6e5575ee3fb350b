/**
 * Every setting of the system, with its default. `failsafe.config.ts` and then `-c key=value` override the
 * defaults (config-load.ts). Synth refuses a value that cannot work, by the ranges here and by the rules
 * between values in config-checks.ts.
 */
import { z } from 'zod';
import { alarmConfigSchema } from './alarm-config.ts';
import { retentionConfigSchema } from './content-retention-config.ts';
import { deliveryConfigSchema } from './delivery-config.ts';
import { fhirConfigSchema } from './fhir-config.ts';
import { incidentConfig } from './incident-config.ts';
import { analyticsConfigSchema, reportingConfigSchema } from './insight-config.ts';
import { networkConfigSchema } from './network-config.ts';
import { outcomesSubscriptionsSchema } from './outcomes-config.ts';
import { sendersSchema, sourcesConfigSchema } from './source-config.ts';
import {
  isProductionSaid,
  productionSchema,
  stageSchema,
  withProduction,
  yesOrNoSchema,
} from './stage-config.ts';
import { terminologyConfigSchema } from './terminology-config.ts';
import { tracesConfigSchema } from './traces-config.ts';
import { trailConfigSchema } from './trail-config.ts';

const lane = (defaults: {
  maxConcurrency: number;
  batchSize: number;
  windowSeconds: number;
  visibilitySeconds: number;
}) =>
  z
    .strictObject({
      /** Most environments that the lane's queue may use at a time. An AWS limit: 2 to 1000. */
      maxConcurrency: z.int().min(2).max(1000).default(defaults.maxConcurrency),
      /** Messages for one invocation. AWS allows more than 10 only with a window. */
      batchSize: z.int().min(1).max(10_000).default(defaults.batchSize),
      /** How long a batch may wait to fill up: 0 for latency, more for throughput. */
      windowSeconds: z.int().min(0).max(300).default(defaults.windowSeconds),
      /** Timeout of the lane's function, which serves its isolation queue too. */
      timeoutSeconds: z.int().min(1).max(900).default(10),
      visibilitySeconds: z.int().min(1).max(43_200).default(defaults.visibilitySeconds),
      /**
       * Who may send to it; everybody else is denied. If absent, everybody in the account with the
       * permission may.
       */
      senders: sendersSchema,
    })
    .prefault({});

const schema = z.strictObject({
  /** Part of each name, so that several stages share an account. */
  stage: stageSchema,
  /**
   * Decides removal policies, log retention, deletion protection and reserved concurrency. By default true
   * only for stage prod.
   */
  production: productionSchema,
  /** `on`: resources with a certain tag crash on demand. Refused for production. */
  chaos: z.enum(['on', 'off']).default('off'),
  /** How much functions log: at INFO each batch and what went wrong, at DEBUG each message. */
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN']).default('INFO'),
  /** When alarms ring. */
  alarms: alarmConfigSchema,
  /** The account's limit of concurrent executions (a Service Quota; new accounts have less). */
  accountConcurrency: z.int().min(1).default(1000),
  lanes: z
    .strictObject({
      critical: lane({
        maxConcurrency: 100,
        batchSize: 10,
        windowSeconds: 0,
        visibilitySeconds: 60,
      }),
      background: lane({
        maxConcurrency: 1000,
        batchSize: 100,
        windowSeconds: 1,
        visibilitySeconds: 70,
      }),
    })
    .prefault({}),
  /** Who may send what (docs/sources.md). If empty, one source `default` stands for the account. */
  sources: sourcesConfigSchema.prefault({}),
  /** The isolation queue of every lane: always one message at a time. */
  isolation: z
    .strictObject({
      maxConcurrency: z.int().min(2).max(1000).default(10),
      visibilitySeconds: z.int().min(1).max(43_200).default(60),
    })
    .prefault({}),
  /** How long one resource may take, parsing included. */
  deadlineMs: z.int().min(100).max(600_000).default(5000),
  /**
   * Heap of one worker; a text too large for it gets a worker of its own. Without a young limit, or with a
   * larger one, V8 sometimes aborts the whole environment when a worker has no heap left
   * (docs/decisions/isolation.md).
   */
  workerHeap: z
    .strictObject({
      oldMb: z.int().min(16).max(4096).default(64),
      youngMb: z.int().min(4).max(16).default(16),
    })
    .prefault({}),
  /** Memory of a validate function; AWS gives CPU in proportion. */
  memoryMb: z.int().min(256).max(10_240).default(1024),
  /** Attempts alone before a message is dead-lettered (R02). */
  attempts: z
    .strictObject({
      /** Attempts whose crash the handler saw. */
      seen: z.int().min(1).max(10).default(2),
      /** Attempts where the whole environment died, which may have had another cause. */
      environmentDied: z.int().min(1).max(10).default(3),
    })
    .prefault({}),
  /** A backstop: reached only by a message that never started for half a day. An SQS limit: 1 to 1000. */
  maxReceiveCount: z.int().min(10).max(1000).default(1000),
  /** Of every queue but dead-letter queues, which keep 14 days, the most that SQS allows. */
  retentionDays: z.int().min(1).max(14).default(14),
  /** Of resources, quarantine and bodies. */
  retention: retentionConfigSchema,
  /** Consumes the lanes' dead-letter queues. */
  quarantine: z
    .strictObject({
      maxConcurrency: z.int().min(2).max(1000).default(2),
      batchSize: z.int().min(1).max(10).default(10),
      timeoutSeconds: z.int().min(1).max(900).default(30),
      visibilitySeconds: z.int().min(1).max(43_200).default(180),
    })
    .prefault({}),
  /** Counts crashes: this many with event time in a window this long open an incident (R20). */
  incident: incidentConfig,
  /** Pauses the lanes of components that keep dying, and brings them back (R30 to R33). */
  supervisor: z
    .strictObject({
      maxConcurrency: z.int().min(2).max(1000).default(4),
      /** An SQS limit without a window. There is none, because a pause must not wait. */
      batchSize: z.int().min(1).max(10).default(10),
      /** It waits for the slowest function of a lane, whose probe it runs. */
      timeoutSeconds: z.int().min(1).max(900).default(90),
      visibilitySeconds: z.int().min(1).max(43_200).default(540),
      /** From a pause to its first probe; doubled with each failed probe, up to the maximum. */
      coolDownSeconds: z.int().min(1).max(3_600).default(30),
      backOffMaxSeconds: z.int().min(1).max(43_200).default(300),
      /**
       * How long a returning lane stays on a step of concurrency. A little less than the minute between two
       * wakes, so that a step does not take two minutes.
       */
      rampStepSeconds: z.int().min(1).max(3_600).default(50),
      /** How long its breaker may be open before the delivery lane is paused. */
      linkAfterSeconds: z.int().min(1).max(3_600).default(120),
    })
    .prefault({}),
  /** Writes the audit log, one batch at a time: an SQS FIFO group has one reader. */
  audit: z
    .strictObject({
      /** An AWS limit: 2 is the least. */
      maxConcurrency: z.int().min(2).max(1000).default(2),
      /** An SQS limit of FIFO queues: 10. */
      batchSize: z.int().min(1).max(10).default(10),
      timeoutSeconds: z.int().min(1).max(900).default(30),
      visibilitySeconds: z.int().min(1).max(43_200).default(180),
    })
    .prefault({}),
  trail: trailConfigSchema,
  /** The private network of the functions (docs/network.md). If absent, they are in none. */
  network: networkConfigSchema,
  /** Both read what the pipeline publishes, and may be down for days. */
  reporting: reportingConfigSchema,
  analytics: analyticsConfigSchema,
  /** Sees deaths from outside; CloudWatch Logs invokes it. */
  monitor: z
    .strictObject({
      /**
       * Reserved in production, two of them for deliveries that failed before. Lambda retries a throttled
       * delivery for six hours.
       */
      maxConcurrency: z.int().min(2).max(1000).default(5),
      timeoutSeconds: z.int().min(1).max(900).default(30),
    })
    .prefault({}),
  /** Who is notified how messages ended, besides our own functions. */
  outcomesSubscriptions: outcomesSubscriptionsSchema,
  /** The FHIR server downstream. Without an endpoint there is no delivery lane. */
  delivery: deliveryConfigSchema,
  /** The terminology server that checks codes. Without an endpoint none is asked. */
  terminology: terminologyConfigSchema,
  /** Traces by OpenTelemetry. Without an endpoint nothing is traced, and nothing is loaded for it. */
  traces: tracesConfigSchema,
  /** The largest resource that is read at all, by claim check. What it needs: docs/resource-size.md. */
  resourceBytesMax: z
    .int()
    .min(1024)
    .max(100 * 1024 * 1024)
    .default(10 * 1024 * 1024),
  /** The largest body kept in an item of Resources (a DynamoDB limit: 400 KB with its keys). */
  inlineBytesMax: z
    .int()
    .min(1024)
    .max(380 * 1024)
    .default(350 * 1024),
  /** For the first of an upgrade's two deployments (docs/deploy.md). */
  keepFormerIndex: yesOrNoSchema.default(false),
  /** For as long as messages of a former version may be in a queue (docs/deploy.md). */
  keepFormerBodies: yesOrNoSchema.default(false),
  /** What the validator is compiled with, by `npm run build` (docs/guides.md). */
  fhir: fhirConfigSchema,
  /** Business rules as WebAssembly, run in this order on resources that the validator found valid. */
  plugins: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower case, digits and hyphens, at most 31'),
        /** Path of the module, from the repository's root. */
        file: z.string().min(1),
        /** Types of resource that it is asked about; all by default. */
        resourceTypes: z.array(z.string().regex(/^[A-Z][A-Za-z]+$/)).default([]),
        /** `required`: its crash is the resource's crash. `advisory`: its crash is a warning. */
        mode: z.enum(['required', 'advisory']),
        /** Longest time that it may take for one resource. */
        deadlineMs: z.int().min(50).max(60_000).default(500),
      }),
    )
    .max(16)
    .default([]),
  /** Most memory that one instance of a plugin may have. */
  pluginMemoryMb: z.int().min(1).max(1024).default(64),
  /** Largest OperationOutcome kept of a rejection: each KB is a write unit of Quarantine. */
  outcomeBytesMax: z
    .int()
    .min(4 * 1024)
    .max(128 * 1024)
    .default(8 * 1024),
  /** Most issues reported of one invalid resource. */
  issuesMax: z.int().min(1).max(10_000).default(100),
  /** Writes to tables, queues and topics in flight at once, in one environment. */
  writesMax: z.int().min(1).max(1000).default(32),
});

export const configSchema = schema
  .refine(isProductionSaid, { path: ['production'], error: 'say true or false for such a stage' })
  .transform(withProduction);

/** The type of `failsafe.config.ts` and `-c`: everything is optional. */
export type ConfigInput = z.input<typeof schema>;
/** The whole config, with defaults filled in. */
export type Config = z.output<typeof configSchema>;
export type PluginConfig = Config['plugins'][number];
