import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { buildStack } from '../synthesized.ts';

/** Findings of both packs that are not acknowledged, as `rule at construct`. */
function findings(scope: IConstruct): string[] {
  const packs = [new AwsSolutionsChecks(), new HIPAASecurityChecks()];
  return packs.flatMap((pack) =>
    pack
      .validateScope(scope)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ resourceLogicalId }) => `${ruleName} at ${resourceLogicalId}`),
      ),
  );
}

describe('cdk-nag', () => {
  it.each([{ stage: 'dev' }, { stage: 'prod' }, { stage: 'qa-2', production: 'true' }])(
    'has no unacknowledged finding in $stage',
    (context) => {
      expect(findings(buildStack(context).app)).toEqual([]);
    },
  );

  it('has none with a delivery lane', () => {
    const delivery = {
      'delivery.endpoint': 'https://fhir.example.org',
      'terminology.endpoint': 'https://tx.example.org',
    };
    expect(findings(buildStack({ stage: 'prod', ...delivery }).app)).toEqual([]);
  });

  it('has none with sources and restricted senders', () => {
    const file: ConfigInput = {
      sources: { known: { lab: { senders: ['AIDALABORATORY'], ratePerMinute: 60 } } },
      lanes: { critical: { senders: { accounts: ['111122223333'] } } },
    };
    expect(findings(buildStack({ stage: 'prod' }, file).app)).toEqual([]);
  });

  it('does find a queue that lacks our protections', () => {
    const { app, stack } = buildStack();
    new Queue(stack, 'Careless');
    expect(findings(app).join()).toMatch(/AwsSolutions-SQS3 .*AwsSolutions-SQS4 /);
  });

  it('each acknowledgement has a reason, in a whole sentence', () => {
    const { app } = buildStack();
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
      .flatMap(({ data }) => Object.values(data as Record<string, string>));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z`].{40,}\.$/);
  });
});
