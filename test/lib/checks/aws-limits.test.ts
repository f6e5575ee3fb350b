import { describe, expect, it } from 'vitest';
import {
  checkLimits,
  limitProblems,
  type MeasuredTemplate,
} from '../../../lib/checks/aws-limits.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { STAGE_CHARACTERS_MAX } from '../../../lib/config/stage-config.ts';
import { synthesized } from '../synthesized.ts';

const secret = (name: string) =>
  `arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:${name}-aBcDeF`;
const ROLE = 'AROAAAAAAAAAAAAAAAAA';

/** Whatever adds a permission or a variable is on, and names are as long as they may be. */
const EVERYTHING: ConfigInput = {
  stage: 'x'.repeat(STAGE_CHARACTERS_MAX),
  production: true,
  deadlineMs: 4_000,
  delivery: { endpoint: 'https://fhir.example.org/r4', tokenSecretArn: secret('fhir-server') },
  terminology: { endpoint: 'https://tx.example.org/r4', tokenSecretArn: secret('terminology') },
  traces: { endpoint: 'https://traces.example.org/v1/traces' },
  incident: { remediation: 'pause-lane' },
  keepFormerBodies: true,
  keepFormerIndex: true,
  trail: { dataEvents: 'on' },
  sources: {
    operators: [`${ROLE}0`],
    operatorArns: ['arn:aws:iam::123456789012:role/operators'],
    known: {
      hospital: {
        senders: [`${ROLE}1`],
        ratePerMinute: 100,
        delivery: { endpoint: 'https://hospital.example.org/r4', tokenSecretArn: secret('own') },
      },
      clinic: { senders: [`${ROLE}2`], delivery: { idPrefix: 'clinic-' } },
    },
  },
  plugins: [{ name: 'cpf', file: 'build/plugins/cpf.wasm', mode: 'required' }],
  network: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['a', 'b', 'c'].map((zone) => `subnet-0123456789abcdef${zone}`),
    routeTableIds: ['rtb-0123456789abcdef0'],
    prefixLists: { s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' },
    fhirServer: ['10.1.0.0/24'],
    terminologyServer: ['10.2.0.0/24'],
    traceCollector: ['10.4.0.7/32'],
  },
};

const problemsOf = (file: ConfigInput) =>
  limitProblems(synthesized({}, file).toJSON() as MeasuredTemplate);

describe('quotas of AWS', () => {
  it('are kept by a stage that has everything', () => {
    expect(problemsOf(EVERYTHING)).toEqual([]);
  });

  it('are kept by the default', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it('refuse plugins that the environment variables cannot name', () => {
    const resourceTypes = Array.from({ length: 40 }, () => 'MedicationAdministration');
    const plugins = Array.from({ length: 16 }, (_, n) => ({
      name: `plugin-${n}`,
      file: 'build/plugins/cpf.wasm',
      mode: 'advisory' as const,
      resourceTypes,
      deadlineMs: 50,
    }));
    expect(problemsOf({ plugins })).toEqual(
      ['critical', 'background'].map((lane) =>
        expect.stringMatching(
          new RegExp(
            `^environment variables of fhir-failsafe-dev-validate-${lane}: \\d+ bytes, and AWS allows 4096; configure fewer plugins`,
          ),
        ),
      ),
    );
  });

  const senders = (count: number): ConfigInput => {
    const roles = Array.from({ length: count }, (_, n) => `arn:aws:iam::123456789012:role/s-${n}`);
    return { lanes: { critical: { senders: { roles } } } };
  };

  it('refuse more senders than a queue policy can name', () => {
    const principals = /^policy CriticalQueue\w+: \d+ principals, and AWS allows 50; .* senders/;
    const bytes = /^policy CriticalQueue\w+: \d+ bytes, and AWS allows 8192; .* senders/;
    expect(problemsOf(senders(45))).toEqual([]);
    expect(problemsOf(senders(60))).toEqual([expect.stringMatching(principals)]);
    expect(problemsOf(senders(100))).toEqual(
      [bytes, principals].map((each) => expect.stringMatching(each)),
    );
    expect(() => checkLimits(synthesized({}, senders(60)).toJSON() as MeasuredTemplate)).toThrow(
      /^stack refused: policy CriticalQueue/,
    );
  });

  const services = (principals: number, each: number): ConfigInput => {
    const all = Array.from({ length: principals * each }, (_, n) => ({
      principal: `s${n % principals}.amazonaws.com`,
      sourceArn: `arn:aws:s${n % principals}:eu-central-1:123456789012:of-${n}`,
    }));
    return { lanes: { critical: { senders: { services: all } } } };
  };

  it('are kept by many topics of one service: they share a statement', () => {
    expect(problemsOf(services(2, 12))).toEqual([]);
  });

  it('refuse more services than a queue policy may have statements and conditions for', () => {
    const conditions = /^policy CriticalQueue\w+: 11 conditions, and AWS allows 10; .* senders/;
    const statements = /^policy CriticalQueue\w+: 21 statements, and AWS allows 20; .* senders/;
    expect(problemsOf(services(8, 1))).toEqual([]);
    expect(problemsOf(services(9, 1))).toEqual([expect.stringMatching(conditions)]);
    expect(problemsOf(services(19, 1))).toContainEqual(expect.stringMatching(statements));
  });
});
