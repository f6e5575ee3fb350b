/**
 * If sources are configured: which functions check them, with which rules, and whose envelopes are
 * trusted.
 */
import { Aws } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { SourceRules } from '../../core/source/sources.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Config } from '../config/config.ts';
import { hasSources } from '../config/source-config.ts';
import type { Audit } from './audit.ts';
import { placesOf } from './delivery-targets.ts';
import type { Foundation } from './foundation.ts';
import { allow } from './iam-statements.ts';
import type { Lane } from './lane.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import type { Quarantine } from './quarantine.ts';
import { admitHops } from './queue-policy.ts';

const ROOT = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`;
/** For `validate` and `quarantine`. */
export const SOURCES_FILE = 'sources.json';
/** For `deliver` and `resend`. */
export const PLACES_FILE = 'places.json';

interface Parts {
  readonly lanes: readonly Lane[];
  readonly quarantine: Quarantine;
  readonly audit: Audit;
  /** Exists if a source has a rate. */
  readonly rates: Table | undefined;
}

export function proveSources({ config }: Foundation, parts: Parts): void {
  if (!hasSources(config.sources)) return;
  const { lanes, quarantine, audit, rates } = parts;
  for (const { validate, isolation, deadLetter } of lanes) {
    giveRules(validate, [validate]);
    audit.grantPublish(validate, ['sender-refused']);
    if (rates !== undefined) {
      validate.allow(allow('CountSent', ['dynamodb:UpdateItem'], [rates.tableArn]));
      validate.lambda.addEnvironment(ENV.ratesTable, rates.tableName);
    }
    const own = validate.role.roleArn;
    admitHops(isolation, [own, ROOT, ...config.sources.operatorArns]);
    admitHops(deadLetter, [own]);
  }
  giveRules(
    quarantine.function,
    lanes.map(({ validate }) => validate),
  );
}

/**
 * The root user of the account is an operator anywhere (publishers.ts), so it redrives too.
 * @param hoppers functions whose roles send to the queues that the function reads behind the lanes' own
 */
function giveRules(reader: PipelineFunction, hoppers: readonly PipelineFunction[]): void {
  reader.lambda.addEnvironment(ENV.sourcesFile, SOURCES_FILE);
  const ids = [...hoppers.map(({ role }) => role.roleId), Aws.ACCOUNT_ID];
  reader.lambda.addEnvironment(ENV.ownRoleIds, ids.join(','));
}

/** The files beside the code of each function: environment variables hold 4 KB, a file any amount. */
export function sourceFiles(config: Config): Record<string, Record<string, string>> {
  const { sources } = config;
  if (!hasSources(sources)) return {};
  const { operatorArns: _, ...rules } = sources;
  const known = Object.entries(rules.known).map(([label, { delivery: __, ...source }]) => [
    label,
    source,
  ]);
  const checked: SourceRules = { ...rules, known: Object.fromEntries(known) };
  const file = { [SOURCES_FILE]: JSON.stringify(checked) };
  const places = placesOf(config);
  const placed = { [PLACES_FILE]: JSON.stringify(places) };
  return { validate: file, quarantine: file, ...(places && { deliver: placed, resend: placed }) };
}
