import { expect, it, test } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../../lib/config/config.ts';
import { ConfigError, loadConfig } from '../../../lib/config/config-load.ts';
import { EXAMPLES, exampleOf } from '../../../lib/config/setting-examples.ts';

interface Node {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Dotted keys of all required settings. */
function* requiredIn(node: Node, above = ''): Generator<string> {
  const { required = [], properties = {}, additionalProperties: named, items, anyOf = [] } = node;
  yield* required.map((key) => above + key);
  for (const [key, child] of Object.entries(properties))
    yield* requiredIn(child, `${above}${key}.`);
  if (typeof named === 'object') yield* requiredIn(named, `${above}*.`);
  if (items !== undefined) yield* requiredIn(items, `${above}*.`);
  for (const one of anyOf) yield* requiredIn(one, above);
}

const refusal = (file: object, context = {}) => {
  try {
    loadConfig(file, context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
};

test('there is an example for each required setting, and no other', () => {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const required = [...requiredIn(schema as Node)];
  expect(required.length).toBeGreaterThan(10);
  expect(Object.keys(EXAMPLES).sort()).toEqual(required.sort());
});

test('the examples are accepted', () => {
  const value = (key: string) => new Function(`return (${EXAMPLES[key]})`)();
  const service = {
    principal: value('lanes.critical.senders.services.*.principal'),
    sourceArn: value('lanes.critical.senders.services.*.sourceArn'),
  };
  const parsed = configSchema.safeParse({
    lanes: {
      critical: { senders: { services: [service] } },
      background: { senders: { services: [service] } },
    },
    sources: { known: { a: { senders: value('sources.known.*.senders') } } },
    network: {
      vpcId: value('network.vpcId'),
      subnetIds: value('network.subnetIds'),
      prefixLists: value('network.prefixLists'),
    },
    outcomesSubscriptions: [
      {
        protocol: value('outcomesSubscriptions.*.protocol'),
        endpoint: value('outcomesSubscriptions.*.endpoint'),
      },
    ],
    delivery: { breakerShare: { failed: value('delivery.breakerShare.failed') } },
    plugins: [
      {
        name: value('plugins.*.name'),
        file: value('plugins.*.file'),
        mode: value('plugins.*.mode'),
      },
    ],
  });
  expect(parsed.error?.issues).toBeUndefined();
});

it('a missing setting is reported with its place and an example', () => {
  expect(refusal({ sources: { known: { a: {} } } })).toBe(
    "config refused: sources.known.a.senders is missing (failsafe.config.ts): for example senders: ['AROAEXAMPLEHOSPITALA1']",
  );
  expect(refusal({ plugins: [{ name: 'x', file: 'x.wasm' }] })).toBe(
    "config refused: plugins.0.mode is missing (failsafe.config.ts): for example mode: 'required'",
  );
  expect(refusal({}, { network: '{"vpcId":"vpc-0123456789abcdef0"}' })).toMatch(
    /^config refused: network\.subnetIds is missing: for example subnetIds: \['subnet-.*; network\.prefixLists is missing: /,
  );
  expect(refusal({ plugins: [{}] })).not.toContain('undefined');
  expect(exampleOf(['plugins', 0])).toBeUndefined();
});
