import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  type Child,
  SUPERVISION_TREE,
  type SupervisionNode,
  type Supervisor,
} from '../../../core/supervision/supervision-tree.ts';
import {
  supervisedLanesSchema,
  supervisorSettingsSchema,
} from '../../../functions/supervisor/settings.ts';
import { referencesOf } from '../../../packages/local-lambda/template/references.ts';
import { resolveValue } from '../../../packages/local-lambda/template/resolve.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { buildStack, byName, resourcesOf, synthesized } from '../synthesized.ts';

const delivering = () => synthesized({}, { delivery: { endpoint: 'https://fhir.example.org' } });

/** The supervisor's environment variables in the template. */
function variablesOf(template: Template): Record<string, string> {
  const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
  const { Environment } = functions.get('fhir-failsafe-dev-supervisor')?.Properties ?? {};
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  const parsed = { Parameters: {}, Outputs: {}, ...template.toJSON() } as never;
  const references = referencesOf(parsed, 'stack', 'http://sqs');
  return resolveValue(Variables, references, 'Variables') as Record<string, string>;
}
const lanesOf = (template: Template) =>
  supervisedLanesSchema.parse(JSON.parse(variablesOf(template)[ENV.supervisedLanes] ?? ''));

describe('supervisor', () => {
  it('R31: knows every mapping of a lane, isolation included, with its configured concurrency', () => {
    const template = delivering();
    const lanes = lanesOf(template);
    const widths = Object.entries(lanes).map(([name, { functionName, mappings }]) => [
      name,
      functionName.replace('fhir-failsafe-dev-', ''),
      ...mappings.map(({ maxConcurrency }) => maxConcurrency),
    ]);
    expect(widths).toEqual([
      ['critical', 'validate-critical', 100, 10],
      ['background', 'validate-background', 1000, 10],
      ['delivery', 'deliver', 20],
    ]);
    const ids = Object.values(lanes).flatMap(({ mappings }) => mappings.map(({ uuid }) => uuid));
    expect(new Set(ids).size).toBe(5);
    expect(lanes['critical']?.queueArn).toMatch(/:fhir-failsafe-dev-critical$/);
  });

  it('R33: gets every setting', () => {
    const settings = JSON.parse(variablesOf(synthesized())[ENV.settings] ?? '');
    expect(supervisorSettingsSchema.parse(settings)).toEqual(settings);
    expect(settings).toEqual({
      coolDownMs: 30_000,
      backOffMaxMs: 300_000,
      rampStepMs: 50_000,
      linkAfterMs: 120_000,
      probeLeaseMs: 180_000,
    });
  });

  it('follows a breaker only if there is a delivery lane', () => {
    expect(variablesOf(synthesized())).not.toHaveProperty(ENV.breakersTable);
    expect(variablesOf(delivering())[ENV.breakersTable]).toBe('fhir-failsafe-dev-breakers');
    expect(Object.keys(lanesOf(synthesized()))).toEqual(['critical', 'background']);
  });

  it('R33: no mapping sets Enabled, so no deployment enables a paused one', () => {
    for (const template of [synthesized(), synthesized({ stage: 'prod' }), delivering()]) {
      const mappings = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
      expect(mappings.length).toBeGreaterThan(7);
      for (const { Properties } of mappings) expect(Properties).not.toHaveProperty('Enabled');
    }
  });

  it('its own crashes are watched by the monitor', () => {
    const filters = Object.values(resourcesOf(synthesized(), 'AWS::Logs::SubscriptionFilter'));
    expect(JSON.stringify(filters)).toContain('SupervisorLogs');
  });
});

describe('a wrong tree is refused at synth', () => {
  /** Synthesizes the stack with a tree in which `change` was applied to each node. */
  const synth = (change: (node: SupervisionNode) => SupervisionNode) => {
    const tree = changed(SUPERVISION_TREE, change) as Supervisor;
    return () => buildStack({}, {}, tree);
  };
  const child = (name: string, fields: Partial<Child>) => (node: SupervisionNode) =>
    node.kind === 'child' && node.name === name ? { ...node, ...fields } : node;

  it('the real tree is accepted', () => {
    expect(synth((node) => node)).not.toThrow();
  });

  it.each([
    [
      'an unknown lane',
      child('critical', { lane: 'urgent' }),
      /unknown lane: critical names urgent/,
    ],
    ['a duplicate', child('incident', { name: 'audit' }), /duplicate: audit stands in the tree/],
    ['a cycle', child('repository', { needs: ['incident'] }), /cycle: repository > incident/],
    [
      'a kernel that needs the application',
      child('incident', { needs: ['critical'] }),
      /kernel: incident must survive the application, yet needs critical/,
    ],
    [
      'a function that no component has',
      child('incident', { functions: [], within: ['monitor'] }),
      /unsupervised: function incident belongs to no component/,
    ],
    [
      'a function that does not exist',
      child('incident', { functions: ['incident', 'incidents'] }),
      /unknown function: incidents is in the tree, but not in the stack/,
    ],
  ])('%s', (_, change, message) => {
    expect(synth(change)).toThrow(message);
  });
});

function changed(
  node: SupervisionNode,
  change: (node: SupervisionNode) => SupervisionNode,
): SupervisionNode {
  const made = change(node);
  if (made.kind === 'child') return made;
  return { ...made, children: made.children.map((below) => changed(below, change)) };
}
