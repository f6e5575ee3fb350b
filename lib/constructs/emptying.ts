/**
 * Empties the stage's buckets when it is destroyed, outside production (functions/empty-bucket). The CDK
 * has a similar construct, with a function and a role of its own; this one is bundled, checked and
 * restricted like all of ours.
 */
import { join } from 'node:path';
import { Aws, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ENV } from '../../telemetry/env-names.ts';
import {
  ANSWERS_CLOUDFORMATION,
  acknowledge,
  NO_RESERVATION,
  NO_VPC,
  objectsUnder,
} from '../checks/acknowledgements.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';
import { functionPolicy } from './function-policy.ts';
import { allow } from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';

const TIMEOUT = Duration.minutes(15);

export class Emptying extends Construct {
  /** Must be created last: it empties the buckets that the stack has by then. */
  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const all = Stack.of(this).node.findAll();
    const buckets = all.filter((one) => one instanceof Bucket).filter(goesWithTheStack);
    const empties = this.function(foundation, buckets);
    for (const bucket of buckets) {
      const emptied = new CustomResource(this, idOf(bucket), {
        serviceToken: empties.functionArn,
        resourceType: 'Custom::EmptyBucket',
        properties: { BucketName: bucket.bucketName },
        serviceTimeout: TIMEOUT,
      });
      // Deleted in reverse order: writers first. S3 writes access logs as long as a policy allows
      // it.
      bucket.policy?.node.addDependency(emptied);
      for (const one of all) {
        if (one instanceof PipelineFunction) one.lambda.node.addDependency(emptied);
      }
    }
  }

  private function(foundation: Foundation, buckets: readonly Bucket[]): IFunction {
    const { config, key, bundles } = foundation;
    const functionName = resourceName(config.stage, 'empty-bucket');
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: key,
      retention: stagePolicy(config).logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const lambda = new LambdaFunction(this, 'Function', {
      functionName,
      description: 'Empties the buckets of the stage as it is destroyed',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(bundles, 'empty-bucket')),
      handler: 'handler.handler',
      memorySize: 256,
      timeout: TIMEOUT,
      role: this.role(functionName, buckets),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      environment: { [ENV.stage]: config.stage },
    });
    acknowledge(this, NO_VPC, NO_RESERVATION, ANSWERS_CLOUDFORMATION);
    return lambda;
  }

  private role(functionName: string, buckets: readonly Bucket[]): Role {
    const policy = functionPolicy(this, functionName, [
      allow('KnowWhetherTheStackGoes', ['cloudformation:DescribeStacks'], [Aws.STACK_ID]),
      allow(
        'FindVersions',
        ['s3:ListBucketVersions'],
        buckets.map((bucket) => bucket.bucketArn),
      ),
      allow(
        'DeleteVersions',
        ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        buckets.map((bucket) => bucket.arnForObjects('*')),
      ),
    ]);
    for (const bucket of buckets) acknowledge(policy, objectsUnder(bucket, ''));
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Of ${functionName} alone`,
      managedPolicies: [policy],
    });
  }
}

/** Its path below the stack, whose own id contains the stage. */
const idOf = ({ node }: Bucket) => node.path.split('/').slice(1).join('');

const goesWithTheStack = (bucket: Bucket) =>
  (bucket.node.defaultChild as CfnBucket).cfnOptions.deletionPolicy === 'Delete';
