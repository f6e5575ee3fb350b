/**
 * The standing charges of a month, read from the template. None of it is measured: AWS decides how
 * often Lambda polls and uses KMS, and these are upper bounds.
 */
import { promiseOf, Usage } from './usage.ts';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export type TemplateResources = Readonly<Record<string, TemplateResource>>;

const MINUTES = 730 * 60;
/** Five pollers wait 20 s each: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLS_A_MINUTE = 15;
/** A table's data key serves five minutes. */
const KEY_USES = MINUTES / 5;
/** Of a wake: sent, received, deleted; and the function looks around for so long, with 0.5 GB. */
const WAKE = { requests: 3, gbSeconds: 0.05 * 0.5, logGb: 1_500 / 1e9 };

/** @param metrics those that are emitted while nothing is submitted */
export function standing(resources: TemplateResources, metrics: number): Usage {
  const usage = new Usage();
  for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
    const name = String(Properties['QueueName'] ?? Properties['TableName'] ?? id);
    const promise = promiseOf(name.startsWith('fhir') ? name : `-${words(name)}`);
    switch (Type) {
      case 'AWS::Lambda::EventSourceMapping': {
        const from = `-${words(JSON.stringify(Properties['EventSourceArn']))}`;
        const item = /audit/.test(from) ? 'sqsFifoRequests' : 'sqsRequests';
        usage.add(promiseOf(from), item, POLLS_A_MINUTE * MINUTES);
        break;
      }
      case 'AWS::SQS::Queue':
        usage.add(promise, 'kmsRequests', (2 * MINUTES * 60) / keySeconds(Properties));
        break;
      case 'AWS::DynamoDB::Table':
        usage.add(promise, 'kmsRequests', KEY_USES);
        break;
      case 'AWS::Events::Rule':
        for (const target of (Properties['Targets'] ?? []) as { Arn?: unknown }[]) {
          const woken = promiseOf(`-${words(JSON.stringify(target.Arn))}`);
          usage.add(woken, 'sqsRequests', WAKE.requests * MINUTES);
          usage.add(woken, 'lambdaRequests', MINUTES);
          usage.add(woken, 'lambdaGbSeconds', WAKE.gbSeconds * MINUTES);
          usage.add(woken, 'logGb', WAKE.logGb * MINUTES);
        }
        break;
      case 'AWS::KMS::Key':
        usage.add(promise, 'kmsKeys', 1);
        break;
      case 'AWS::SecretsManager::Secret':
        usage.add(promise, 'secrets', 1);
        break;
      case 'AWS::CloudWatch::Alarm':
        usage.add(promise, 'alarms', metricsRead(Properties));
        break;
      case 'AWS::EC2::VPCEndpoint':
        // A gateway costs nothing; an interface has an address in each subnet.
        if (Properties['VpcEndpointType'] === 'Interface') {
          const subnets = (Properties['SubnetIds'] ?? []) as readonly unknown[];
          usage.add('private network', 'endpointHours', subnets.length * (MINUTES / 60));
        }
        break;
      case 'AWS::CloudWatch::Dashboard':
        usage.add(promise, 'dashboards', 1);
        break;
    }
  }
  usage.add('validate and store', 'metrics', metrics);
  return usage;
}

/** For so long a queue uses a data key: five minutes, unless the template says more. */
const keySeconds = (properties: Readonly<Record<string, unknown>>) =>
  Number(properties['KmsDataKeyReusePeriodSeconds'] ?? 300);

/** An alarm is billed for each metric that it reads. */
function metricsRead({ Metrics }: Readonly<Record<string, unknown>>): number {
  if (!Array.isArray(Metrics)) return 1;
  return Metrics.filter((metric: object) => 'MetricStat' in metric).length;
}

/** `IncidentDeadLetterQueue1A2B` as `incident-dead-letter-queue1-a2-b`: its words, as names have them. */
function words(id: string): string {
  const parts = id.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/[^A-Za-z0-9]+/g, '-');
  return parts.toLowerCase();
}
