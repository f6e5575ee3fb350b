/** The dependencies of the steps of `validate`. */
import pLimit, { type LimitFunction } from 'p-limit';
import type { AuditQueue } from '../../aws/audit-queue.ts';
import type { BodySource } from '../../aws/bodies-bucket.ts';
import type { Clients } from '../../aws/clients.ts';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { ErasedPatients } from '../../aws/erased-patients.ts';
import type { Bucket, Queue, Table, Topic } from '../../aws/handles.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import type { Fetch } from '../../aws/machine.ts';
import { OutcomesTopic } from '../../aws/outcomes-topic.ts';
import type { QuarantineTable } from '../../aws/quarantine-expiry.ts';
import { SharedRequests } from '../../aws/shared-requests.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { makeBreakers } from '../../breaker/make-breakers.ts';
import { mayHaveRunBefore } from '../../core/attempt/in-flight.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Traces } from '../../telemetry/traces.ts';
import type { ValidateEnv } from './env.ts';
import { InFlight } from './in-flight.ts';
import type { IsolatedValidator } from './isolated-validator.ts';
import { PluginSwitches, switchPolicies } from './plugins/switches.ts';
import { SourceRates } from './rates.ts';
import type { TerminologyEnv } from './terminology/env.ts';
import { TERMINOLOGY_SERVER } from './terminology/service.ts';
import { Terminology, terminologyPolicy } from './terminology/terminology.ts';
import { TerminologyServer } from './terminology/terminology-server.ts';

/** The name of this component: the scope of its incidents in every lane. */
export const COMPONENT = 'validate';

/** Bodies from the bucket may have 10 MiB each, so only this many are in memory at once. */
const CLAIM_CHECKS_MAX = 2;

/** Where texts are validated. */
export interface Places {
  /** Many at a time. */
  readonly pool: IsolatedValidator;
  /** One at a time. A text that kills the process does not kill the environment. */
  readonly ownProcess: IsolatedValidator;
}

export interface ValidateDeps extends Surroundings, Clients, Places {
  readonly env: ValidateEnv;
  readonly traces: Traces;
  readonly fetch: Fetch;
}

export interface ValidateParts
  extends Places,
    Pick<ValidateDeps, 'telemetry' | 'traces' | 'now' | 'later' | 'randomId'>,
    Pick<ValidateEnv, 'settings' | 'lane' | 'laneQueueArn' | 'senders'> {
  readonly logger: Log;
  readonly laneQueue: Queue;
  readonly isolationQueue: Queue;
  readonly deadLetterQueue: Queue;
  readonly resourcesTable: Table;
  readonly quarantineTable: QuarantineTable;
  readonly inFlightTable: Table;
  readonly bucket: Bucket;
  readonly bodies: BodySource;
  readonly crashesTopic: Topic;
  readonly outcomesTopic: OutcomesTopic;
  /** Takes the keys of resources to deliver. Absent if nothing is delivered. */
  readonly deliveryTriggers: SharedRequests<string> | undefined;
  /** Present if sources are configured. */
  readonly auditQueue: AuditQueue | undefined;
  /** Absent if no source has a rate. */
  readonly rates: SourceRates | undefined;
  /** Absent if no plugins are configured. */
  readonly switches: PluginSwitches | undefined;
  /** Absent if no terminology server is configured. */
  readonly terminology: Terminology | undefined;
  readonly erased: ErasedPatients;
  readonly inFlight: InFlight;
  /** The facts about refused senders that this environment has published. */
  readonly publishedRefusals: Map<string, Promise<void>>;
  readonly claimChecks: LimitFunction;
  readonly writes: LimitFunction;
}

export function partsOf(deps: ValidateDeps): ValidateParts {
  const { env, telemetry, now, randomId } = deps;
  const { dynamo, s3, sns, secrets } = deps;
  const { settings, lane, laneQueueArn, senders, inFlightTable } = env;
  const { auditQueueUrl, deliveryQueueUrl } = env;
  const { logger } = telemetry;
  const queue = (url: string) => ({ url, sqs: deps.sqs });
  const table = (name: string) => ({ name, dynamo });
  const inFlight = { table: table(inFlightTable), lane, id: randomId(), logger };
  const hashKey = new HashKey({ arn: env.hashKeyArn, secrets });
  return {
    ...deps,
    ...{ settings, lane, laneQueueArn, senders, logger },
    laneQueue: queue(env.laneQueueUrl),
    isolationQueue: queue(env.isolationQueueUrl),
    deadLetterQueue: queue(env.deadLetterQueueUrl),
    deliveryTriggers:
      deliveryQueueUrl === undefined
        ? undefined
        : new SharedRequests((keys) => sendTriggers(queue(deliveryQueueUrl), keys), deps),
    auditQueue:
      auditQueueUrl === undefined ? undefined : { ...queue(auditQueueUrl), secret: randomId() },
    resourcesTable: table(env.resourcesTable),
    quarantineTable: { ...table(env.quarantineTable), keptDays: env.keptDays },
    inFlightTable: inFlight.table,
    bucket: { name: env.bucket, s3 },
    bodies: { s3, later: deps.later },
    crashesTopic: { arn: env.crashesTopicArn, sns },
    outcomesTopic: new OutcomesTopic({ arn: env.outcomesTopicArn, sns }, deps),
    rates: ratesOf(deps),
    ...withBreakersOf(deps),
    erased: new ErasedPatients(table(env.erasuresTable), hashKey, now),
    inFlight: new InFlight({ ...deps, ...inFlight }, settings),
    publishedRefusals: new Map(),
    claimChecks: pLimit(CLAIM_CHECKS_MAX),
    writes: pLimit(settings.writesMax),
  };
}

function ratesOf(deps: ValidateDeps): SourceRates | undefined {
  const { env, hastyDynamo: dynamo, telemetry, later, now } = deps;
  const { ratesTable: name, senders, settings } = env;
  if (name === undefined) return undefined;
  return new SourceRates({
    table: { name, dynamo },
    isFirst: (receipt) => !mayHaveRunBefore(receipt, now(), settings),
    rateOf: (source) => senders.rules?.known[source]?.ratePerMinute,
    ...{ later, logger: telemetry.logger },
  });
}

/** The parts that make calls through a breaker. */
function withBreakersOf(deps: ValidateDeps): Pick<ValidateParts, 'switches' | 'terminology'> {
  const { plugins, functionTimeoutMs } = deps.env.settings;
  const { breakers: places, terminology } = deps.env;
  if (places === undefined) return { switches: undefined, terminology: undefined };
  const policies = new Map(switchPolicies(plugins));
  if (terminology !== undefined) {
    policies.set(TERMINOLOGY_SERVER, terminologyPolicy(terminology.settings));
  }
  const breakers = makeBreakers(places, deps, policies);
  return {
    switches:
      plugins.length === 0 ? undefined : new PluginSwitches(plugins, breakers, functionTimeoutMs),
    terminology: terminology && new Terminology({ ...toolsOf(deps, terminology), breakers }),
  };
}

function toolsOf(
  { hastyDynamo: dynamo, secrets, fetch, now, later, telemetry }: ValidateDeps,
  { endpoint, tokenArn: arn, table: name, settings }: TerminologyEnv,
) {
  const token = arn === undefined ? undefined : { arn, secrets };
  const server = new TerminologyServer({ endpoint, token, fetch, now });
  return { settings, table: { name, dynamo }, server, now, later, logger: telemetry.logger };
}
