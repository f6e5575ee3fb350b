/** Lets functions ask a terminology server; only if one is configured. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TERMINOLOGY_SERVER } from '../../functions/validate/terminology/service.ts';
import type { TerminologySettings } from '../../functions/validate/terminology/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, NO_BACKUP_PLAN } from '../checks/acknowledgements.ts';
import type { Config } from '../config/config.ts';
import { encryptedTable } from './encrypted-table.ts';
import type { Foundation } from './foundation.ts';
import { allow, allowKeys } from './iam-statements.ts';
import type { PipelineFunction } from './pipeline-function.ts';

interface TerminologyProps {
  readonly endpoint: string;
  readonly breakers: Table;
}

export class Terminology extends Construct {
  /** Answers, expiring: a cache that the fleet shares. */
  readonly answers: Table;
  readonly #props: TerminologyProps;
  readonly #tokenSecretArn: string | undefined;

  constructor(scope: Construct, id: string, foundation: Foundation, props: TerminologyProps) {
    super(scope, id);
    this.#props = props;
    this.#tokenSecretArn = foundation.config.terminology.tokenSecretArn;
    this.answers = encryptedTable(this, 'Terminology', foundation, {
      timeToLiveAttribute: 'expiresAt',
    });
    acknowledge(this, NO_BACKUP_PLAN);
  }

  /** Lets a function that may use the key for tables ask, through the server's breaker. */
  grantAsk(asker: PipelineFunction): void {
    const { endpoint, breakers } = this.#props;
    const secret = this.#tokenSecretArn;
    asker.allow(
      allow('ShareAnswers', ['dynamodb:GetItem', 'dynamodb:PutItem'], [this.answers.tableArn]),
    );
    asker.allow(
      allowKeys(
        'ShareBreaker',
        ['dynamodb:GetItem', 'dynamodb:PutItem'],
        [breakers.tableArn],
        [TERMINOLOGY_SERVER],
      ),
    );
    asker.lambda.addEnvironment(ENV.terminologyEndpoint, endpoint);
    asker.lambda.addEnvironment(ENV.terminologyTable, this.answers.tableName);
    asker.lambda.addEnvironment(ENV.breakersTable, breakers.tableName);
    if (secret === undefined) return;
    asker.allow(allow('ReadToken', ['secretsmanager:GetSecretValue'], [secret]));
    asker.lambda.addEnvironment(ENV.terminologyTokenArn, secret);
  }
}

export const terminologySettings = ({ terminology }: Config): TerminologySettings => ({
  callTimeoutMs: terminology.callTimeoutMs,
  budgetMs: terminology.budgetMs,
  callsMax: terminology.callsMax,
  codesPerResource: terminology.codesPerResource,
  codesPerMinute: terminology.codesPerMinute,
  freshMs: terminology.freshHours * 3_600_000,
  staleMs: terminology.staleDays * 24 * 3_600_000,
  breakerFailures: terminology.breakerFailures,
  breakerOpenMs: terminology.breakerOpenSeconds * 1_000,
});
