/** The dependencies of the steps of `deliver`. */
import pLimit, { type LimitFunction } from 'p-limit';
import { BearerToken } from '../../aws/bearer-token.ts';
import type { BodySource } from '../../aws/bodies-bucket.ts';
import type { Clients } from '../../aws/clients.ts';
import type { Targets } from '../../aws/delivery-targets.ts';
import type { Bucket, Queue, Table } from '../../aws/handles.ts';
import type { Fetch } from '../../aws/machine.ts';
import type { QuarantineTable } from '../../aws/quarantine-expiry.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import type { Breakers } from '../../breaker/breakers.ts';
import { makeBreakers } from '../../breaker/make-breakers.ts';
import { type BreakerPolicy, DEFAULT_BREAKER_POLICY } from '../../core/breaker/breaker-policy.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import type { Traces } from '../../telemetry/traces.ts';
import type { DeliverEnv } from './env.ts';
import { InFlightTriggers } from './in-flight.ts';
import { type DeliverSettings, LARGE_AT_ONCE, tripOf } from './settings.ts';

export const COMPONENT = 'deliver';

export interface DeliverDeps
  extends Surroundings,
    Pick<Clients, 'dynamo' | 'hastyDynamo' | 's3' | 'sqs' | 'secrets'> {
  readonly env: DeliverEnv;
  readonly traces: Traces;
  readonly fetch: Fetch;
}

export interface DeliverParts
  extends Pick<DeliverDeps, 'telemetry' | 'traces' | 'fetch' | 'now' | 'random' | 'randomId'> {
  readonly settings: DeliverSettings;
  readonly targets: Targets;
  readonly resources: Table;
  readonly quarantine: QuarantineTable;
  readonly bucket: Bucket;
  readonly bodies: BodySource;
  readonly queue: Queue;
  readonly inFlight: InFlightTriggers;
  readonly breakers: Breakers;
  /** Lets few large bodies be in memory at a time. */
  readonly largeBodies: LimitFunction;
  /** The token of a server; undefined if it needs none. */
  tokenOf(target: Target): BearerToken | undefined;
}

export function partsOf(deps: DeliverDeps): DeliverParts {
  const { env, dynamo, s3, sqs, secrets, later } = deps;
  const { settings, targets, quarantineTable, keptDays } = env;
  const queue = { url: env.queueUrl, sqs };
  const tokens = new Map<string, BearerToken>();
  return {
    ...deps,
    ...{ settings, targets, queue },
    resources: { name: env.resourcesTable, dynamo },
    quarantine: { name: quarantineTable, dynamo, keptDays },
    bucket: { name: env.bucket, s3 },
    bodies: { s3, later },
    inFlight: new InFlightTriggers(queue),
    largeBodies: pLimit(LARGE_AT_ONCE),
    breakers: makeBreakers(env, deps, policiesOf(targets, settings)),
    tokenOf({ tokenSecretArn: arn }) {
      if (arn === undefined) return undefined;
      const token = tokens.get(arn) ?? new BearerToken({ arn, secrets });
      tokens.set(arn, token);
      return token;
    },
  };
}

function policiesOf({ services }: Targets, settings: DeliverSettings): Map<string, BreakerPolicy> {
  const openMs = settings.breakerOpenMs;
  const policy = { ...DEFAULT_BREAKER_POLICY, trip: tripOf(settings), openMs };
  return new Map(services.map((service) => [service, policy]));
}
