/** The parameters of every construct of the stack, and the settings that depend on `production`. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Concurrency } from '../config/concurrency.ts';
import type { Config } from '../config/config.ts';

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

/** Production keeps its data, whatever is deployed. Any other stage is destroyed with its data. */
export const stagePolicy = ({ production }: Pick<Config, 'production'>): StagePolicy =>
  production
    ? {
        // What a deployment created goes again if that deployment fails: its name must be free for the next.
        removal: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        protect: true,
        logRetention: RetentionDays.ONE_YEAR,
        keyPendingWindow: Duration.days(30),
      }
    : {
        removal: RemovalPolicy.DESTROY,
        protect: false,
        logRetention: RetentionDays.TWO_WEEKS,
        keyPendingWindow: Duration.days(7),
      };
