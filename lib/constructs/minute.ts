/**
 * The one timer: an EventBridge rule that wakes, each minute, every function with regular work. A queue
 * gets a message, so that the wake has the queue's retries and dead-letter queue.
 */
import { Duration } from 'aws-cdk-lib';
import { type IRuleTarget, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MINUTE_WAKE } from '../../core/message/messages.ts';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from './foundation.ts';
import { PipelineFunction } from './pipeline-function.ts';

export class Minute extends Construct {
  readonly #rule: Rule;

  constructor(scope: Construct, id: string, { config }: Foundation) {
    super(scope, id);
    this.#rule = new Rule(this, 'Rule', {
      ruleName: resourceName(config.stage, 'minute'),
      description: 'Wakes each minute what has something to look after',
      schedule: Schedule.rate(Duration.minutes(1)),
    });
  }

  /**
   * A queue gets the body {@link MINUTE_WAKE}, a function EventBridge's event. AWS allows five targets.
   * @returns the rule's ARN
   */
  wakes(target: IQueue | PipelineFunction): string {
    this.#rule.addTarget(
      target instanceof PipelineFunction
        ? new LambdaFunction(target.lambda)
        : wokenQueue(this.#rule, target),
    );
    return this.#rule.ruleArn;
  }
}

/** CDK's own target would open the queue's key to EventBridge once more, and the queue to any rule. */
function wokenQueue(rule: Rule, queue: IQueue): IRuleTarget {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    }),
  );
  const input = RuleTargetInput.fromObject(MINUTE_WAKE);
  return { bind: () => ({ arn: queue.queueArn, input, targetResource: queue }) };
}
