/** docs/deploy-role.md allows CloudFormation the services of the template, and only roles of ours. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { synthesized } from '../lib/synthesized.ts';

const page = readFileSync(new URL('../../docs/deploy-role.md', import.meta.url), 'utf8');
const policies = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(
  ([, json = '']) =>
    JSON.parse(json) as {
      Statement: { Action: string | string[]; Resource?: string | string[]; Condition?: unknown }[];
    },
);
const template = synthesized({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
  'trail.dataEvents': 'on',
});
/** The names of services in IAM actions. */
const services = new Set(
  Object.values(template.toJSON().Resources as Record<string, { Type: string }>).flatMap(
    ({ Type }) => (Type.startsWith('AWS::') ? [(Type.split('::')[1] ?? '').toLowerCase()] : []),
  ),
);

test('the execution policy allows each service of the template', () => {
  const allowed = policies.at(-1)?.Statement.flatMap(({ Action }) => Action) ?? [];
  expect(services.size).toBeGreaterThan(10);
  expect([...services].filter((service) => !allowed.includes(`${service}:*`))).toEqual([]);
});

test('its roles are those of the stack, and only one repository may deploy', () => {
  const [trust, deploy] = policies;
  expect(JSON.stringify(trust?.Statement[0]?.Condition)).toContain(':sub":"repo:');
  expect(deploy?.Statement.flatMap(({ Action }) => Action)).toEqual(['sts:AssumeRole']);
  const iam = policies.at(-1)?.Statement.find(({ Action }) => Action === 'iam:*');
  for (const arn of iam?.Resource ?? []) expect(arn).toMatch(/:(role|policy)\/fhir-failsafe-\*$/);
});
