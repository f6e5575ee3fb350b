/** What every construct of the stack stands on, and what the stage decides. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Concurrency } from './concurrency.ts';
import type { Config, Stage } from './config.ts';

export interface Foundation {
  readonly config: Config;
  readonly concurrency: Concurrency;
  readonly key: IKey;
  /** Folder with one bundle a function, from bundle.ts. */
  readonly bundles: string;
}

interface StagePolicy {
  readonly removal: RemovalPolicy;
  readonly protect: boolean;
  readonly logRetention: RetentionDays;
  readonly keyPendingWindow: Duration;
}

const dev: StagePolicy = {
  removal: RemovalPolicy.DESTROY,
  protect: false,
  logRetention: RetentionDays.TWO_WEEKS,
  keyPendingWindow: Duration.days(7),
};

/**
 * `dev` goes away without a trace; `prod` keeps what it holds, whatever is deployed over it. `e2e`
 * is the end-to-end suite's own `dev`, beside anybody's in the same account.
 */
export const STAGE_POLICIES: Readonly<Record<Stage, StagePolicy>> = {
  dev,
  e2e: { ...dev, logRetention: RetentionDays.ONE_DAY },
  prod: {
    removal: RemovalPolicy.RETAIN,
    protect: true,
    logRetention: RetentionDays.ONE_YEAR,
    keyPendingWindow: Duration.days(30),
  },
};

/** Physical name of anything: operators, runbooks and the key's policy go by it. */
export const resourceName = (stage: Stage, name: string) => `fhir-failsafe-${stage}-${name}`;
