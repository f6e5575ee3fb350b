/** Pauses the lanes of components that keep dying and brings them back (R30 to R33). */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { OWN_DEATH } from '../../core/incident/escalation.ts';
import type { SupervisedLane } from '../../core/supervision/supervision-tree.ts';
import type { SupervisorNews } from '../../core/supervision/supervisor-messages.ts';
import type { SupervisedLanes, SupervisorSettings } from '../../functions/supervisor/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Config } from '../config/config.ts';
import type { Audit } from './audit.ts';
import type { Crashes } from './crashes.ts';
import { deliveryServices } from './delivery-targets.ts';
import type { Foundation } from './foundation.ts';
import { allow, allowKey } from './iam-statements.ts';
import type { Minute } from './minute.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { Publishers } from './publishers.ts';
import type { Wanted } from './reader-queue.ts';

/** What the supervisor may use of a lane: its own queue, for a probe, and all mappings that feed it. */
export interface SupervisedParts {
  readonly queue: IQueue;
  readonly function: PipelineFunction;
}

interface SupervisorProps {
  readonly lanes: Readonly<Partial<Record<SupervisedLane, SupervisedParts>>>;
  readonly crashes: Crashes;
  readonly table: Table;
  /** Where an escalation of the root goes. */
  readonly incidents: IQueue;
  /** If there is a delivery lane: it follows its breaker. */
  readonly breakers?: Table | undefined;
  readonly audit: Audit;
  readonly minute: Minute;
}

const TAKE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

export class Supervisor extends Construct {
  readonly function: PipelineFunction;
  readonly queue: Queue;
  readonly #publishers: Publishers;

  constructor(scope: Construct, id: string, foundation: Foundation, props: SupervisorProps) {
    super(scope, id);
    const { config, concurrency } = foundation;
    this.queue = props.crashes.readerQueue(
      'supervisor',
      config.supervisor.visibilitySeconds,
      DEATHS,
    );
    this.function = new PipelineFunction(this, 'Supervisor', foundation, {
      name: 'supervisor',
      code: 'supervisor',
      description: 'Pauses the lanes of what keeps dying and brings them back by a probe',
      memoryMb: 512,
      timeoutSeconds: config.supervisor.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.supervisor,
      environment: {
        [ENV.supervisionTable]: props.table.tableName,
        [ENV.supervisedLanes]: JSON.stringify(lanesOf(props)),
        [ENV.incidentQueueUrl]: props.incidents.queueUrl,
        ...(props.breakers && {
          [ENV.breakersTable]: props.breakers.tableName,
          [ENV.deliveryServices]: deliveryServices(config).join(','),
        }),
        [ENV.settings]: JSON.stringify(settings(config)),
      },
      statements: [...statements(this.queue, props), ...allowKey(foundation.key, KEY_SERVICES)],
    });
    props.audit.grantPublish(this.function, ['lane-paused', 'lane-resumed']);
    this.#publishers = new Publishers(config, []);
    this.#publishers.addService(props.crashes.topic.topicArn);
    this.#publishers.addService(props.minute.wakes(this.queue));
    this.#publishers.guard(this.queue);
    this.#publishers.listFor(this.function);
    this.function.consume('FromQueue', this.queue, {
      batchSize: config.supervisor.batchSize,
      windowSeconds: 0,
      maxConcurrency: config.supervisor.maxConcurrency,
    });
  }

  /** Lets a function send its breakers' transitions; its key permissions include SQS. */
  grantNews(caller: PipelineFunction): void {
    this.#publishers.add(caller, ['breaker-news'] satisfies SupervisorNews[]);
    caller.allow(allow('TellSupervisor', ['sqs:SendMessage'], [this.queue.queueArn]));
    caller.lambda.addEnvironment(ENV.supervisorQueueUrl, this.queue.queueUrl);
  }

  /** Lets a function request a pause; its key permissions include SQS. */
  grantAsk(asker: PipelineFunction): void {
    this.#publishers.add(asker, ['remediation'] satisfies SupervisorNews[]);
    asker.allow(allow('AskForPauses', ['sqs:SendMessage'], [this.queue.queueArn]));
    asker.lambda.addEnvironment(ENV.supervisorQueueUrl, this.queue.queueUrl);
  }
}

/** What it counts. Functions of a former version say nothing of `during`. */
const DEATHS: Wanted = { during: [...OWN_DEATH.during, null], kind: OWN_DEATH.kind };

const KEY_SERVICES = ['dynamodb', 'sqs'] as const;

function statements(own: IQueue, { lanes, ...props }: SupervisorProps) {
  const parts = Object.values(lanes);
  const mappings = parts.flatMap((lane) => lane.function.mappings);
  return [
    allow('TakeNews', TAKE, [own.queueArn]),
    allow(
      'KeepState',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'],
      [props.table.tableArn],
    ),
    allow(
      'PauseAndResume',
      ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
      mappings.map(({ mapping }) => mapping.eventSourceMappingArn),
    ),
    allow(
      'TakeProbes',
      TAKE,
      parts.map(({ queue }) => queue.queueArn),
    ),
    allow(
      'RunProbes',
      ['lambda:InvokeFunction'],
      parts.map((lane) => lane.function.lambda.functionArn),
    ),
    allow('TellEscalations', ['sqs:SendMessage'], [props.incidents.queueArn]),
    ...(props.breakers
      ? [allow('ReadBreaker', ['dynamodb:GetItem'], [props.breakers.tableArn])]
      : []),
  ];
}

/** Only AWS knows the ids of mappings, so these are references until it is deployed. */
function lanesOf({ lanes }: SupervisorProps): SupervisedLanes {
  return Object.fromEntries(
    Object.entries(lanes).map(([name, { queue, function: fed }]) => [
      name,
      {
        functionName: fed.lambda.functionName,
        queueUrl: queue.queueUrl,
        queueArn: queue.queueArn,
        timeoutMs: fed.timeoutSeconds * 1_000,
        mappings: fed.mappings.map(({ mapping, maxConcurrency }) => ({
          uuid: mapping.eventSourceMappingId,
          maxConcurrency,
        })),
      },
    ]),
  );
}

const settings = ({ supervisor }: Config): SupervisorSettings => ({
  coolDownMs: supervisor.coolDownSeconds * 1_000,
  backOffMaxMs: supervisor.backOffMaxSeconds * 1_000,
  rampStepMs: supervisor.rampStepSeconds * 1_000,
  linkAfterMs: supervisor.linkAfterSeconds * 1_000,
  // The process that probed is dead by then: a probe lasts no longer than its function.
  probeLeaseMs: 2 * supervisor.timeoutSeconds * 1_000,
});
