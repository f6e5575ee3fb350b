/** The secret that keys hashes of ids (R08): made by the stack, known to nobody, never rotated. */
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, NOT_ROTATED } from '../checks/acknowledgements.ts';
import { type Foundation, stagePolicy } from './foundation.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { allow, allowKeyFor } from './policy.ts';

const CHARACTERS = 64;

export class HashKey extends Construct {
  readonly #arn: string;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.#foundation = foundation;
    // CDK's own Secret would open the key of everything else to all roles of the account. It has no
    // name: one that is deleted keeps its name for up to a month.
    const key = new CfnSecret(this, 'Key', {
      description: `Keys the hashes of ids in fhir-failsafe ${foundation.config.stage}`,
      kmsKeyId: foundation.key.keyArn,
      generateSecretString: { passwordLength: CHARACTERS, excludePunctuation: true },
    });
    key.applyRemovalPolicy(stagePolicy(foundation.config).removal);
    this.#arn = key.ref;
    acknowledge(this, ...NOT_ROTATED);
  }

  /** Lets a function hash ids (aws/keyed-hash.ts). */
  grantHash(hasher: PipelineFunction): void {
    hasher.allow(allow('ReadHashKey', ['secretsmanager:GetSecretValue'], [this.#arn]));
    hasher.allow(allowKeyFor('KeyForHashKey', this.#foundation.key, ['secretsmanager']));
    hasher.lambda.addEnvironment(ENV.hashKeyArn, this.#arn);
  }
}
