/** A function of this stack: bundled ESM on arm64, one role with exactly its permissions. */

import { join } from 'node:path';
import { type CfnResource, Duration } from 'aws-cdk-lib';
import {
  type ManagedPolicy,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { ENV } from '../../telemetry/env-names.ts';
import {
  acknowledge,
  FED_BY_MAPPINGS,
  NO_RESERVATION,
  NO_VPC,
} from '../checks/acknowledgements.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';
import { functionPolicy, grantedPolicy } from './function-policy.ts';
import { tracesEnvironment } from './traces.ts';

export interface FunctionSettings {
  /** Name without the stage's prefix. */
  readonly name: string;
  /** Folder of functions/ whose bundle it runs. */
  readonly code: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that it may do, in addition to writing its own log. */
  readonly statements: readonly PolicyStatement[];
  readonly reservedConcurrency?: number | undefined;
  /** Queue for events of asynchronous invocations that failed for good. */
  readonly failures?: IQueue;
}

export interface QueueMapping {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}

/** A mapping that feeds a function, and its maximum concurrency. */
export interface FedMapping {
  readonly mapping: EventSourceMapping;
  readonly maxConcurrency: number;
}

export class PipelineFunction extends Construct {
  /** Without the stage's prefix, as in the supervision tree. */
  readonly name: string;
  /** With the prefix, as in AWS. */
  readonly functionName: string;
  /** Folder of functions/ whose bundle it runs. */
  readonly code: string;
  readonly timeoutSeconds: number;
  /** Events invoke it, so no queue shows that it is throttled. */
  readonly isInvoked: boolean;
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;
  #granted: ManagedPolicy | undefined;
  readonly #statements: PolicyStatement[];
  readonly #mappings: FedMapping[] = [];

  constructor(scope: Construct, id: string, foundation: Foundation, settings: FunctionSettings) {
    super(scope, id);
    this.name = settings.name;
    this.code = settings.code;
    this.timeoutSeconds = settings.timeoutSeconds;
    this.isInvoked = settings.failures !== undefined;
    const { config } = foundation;
    const { stage, logLevel, network } = config;
    const functionName = resourceName(stage, settings.name);
    this.functionName = functionName;
    this.#statements = [...settings.statements];
    const policy = stagePolicy(config);
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: foundation.key,
      retention: policy.logRetention,
      removalPolicy: policy.removal,
    });
    this.role = this.ownRole(functionName, settings.statements);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      description: settings.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(foundation.bundles, settings.code)),
      handler: 'handler.handler',
      memorySize: settings.memoryMb,
      timeout: Duration.seconds(settings.timeoutSeconds),
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Metrics are log lines without a level, which Lambda treats as INFO: with a higher level they would
      // be dropped.
      applicationLogLevelV2:
        logLevel === 'DEBUG' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      // platform.* records, which report a death from outside of the process that died.
      systemLogLevelV2: SystemLogLevel.INFO,
      environment: {
        [ENV.stage]: stage,
        POWERTOOLS_LOG_LEVEL: logLevel,
        ...tracesEnvironment(config, settings.code),
        ...settings.environment,
      },
      ...(settings.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: settings.reservedConcurrency,
      }),
    });
    if (network === undefined) acknowledge(this, NO_VPC);
    if (settings.failures === undefined) acknowledge(this, FED_BY_MAPPINGS);
    else sendFailures(this.lambda, settings.failures);
    if (!config.production) acknowledge(this, NO_RESERVATION);
  }

  /** One more permission, granted by the construct that owns the resource. */
  allow(statement: PolicyStatement): void {
    this.#granted ??= this.grantedPolicy();
    this.#granted.addStatements(statement);
    this.#statements.push(statement);
  }

  /** Everything that it may do, in addition to writing its own log. */
  get statements(): readonly PolicyStatement[] {
    return this.#statements;
  }

  /** Puts it into subnets, after everything that it needs there. */
  join(subnetIds: string[], securityGroupIds: string[], needed: readonly CfnResource[]): void {
    const element = this.lambda.node.defaultChild as CfnFunction;
    element.vpcConfig = { subnetIds, securityGroupIds };
    for (const each of needed) element.addResourceDependency(each);
  }

  get mappings(): readonly FedMapping[] {
    return this.#mappings;
  }

  /**
   * Feeds the function from a queue; failures are reported message by message. `Enabled` is not set: a
   * deployment must not switch on what was paused. Lambda knows no window of a FIFO queue:
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
   */
  consume(id: string, queue: IQueue, mapping: QueueMapping): void {
    const { maxConcurrency } = mapping;
    const fed = new EventSourceMapping(this, id, {
      target: this.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: mapping.batchSize,
      ...(!queue.fifo && { maxBatchingWindow: Duration.seconds(mapping.windowSeconds) }),
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    this.#mappings.push({ mapping: fed, maxConcurrency });
  }

  private ownRole(functionName: string, statements: readonly PolicyStatement[]): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Of ${functionName} alone`,
      managedPolicies: [functionPolicy(this, functionName, statements)],
    });
  }

  private grantedPolicy(): ManagedPolicy {
    const policy = grantedPolicy(this, this.functionName);
    this.role.addManagedPolicy(policy);
    return policy;
  }
}

/** All functions of a stack. */
export const functionsOf = (stack: IConstruct): PipelineFunction[] =>
  stack.node.findAll().filter((construct) => construct instanceof PipelineFunction);

/** The construct's own property would attach a second policy to the role. */
function sendFailures(lambda: LambdaFunction, queue: IQueue): void {
  const element = lambda.node.defaultChild as CfnFunction;
  element.deadLetterConfig = { targetArn: queue.queueArn };
}
