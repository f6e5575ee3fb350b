import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawing, importsOf, LAYERS, violations } from '../../.ci/layers.mjs';

test.each([
  ['core/message/a.ts', "import { b } from '../../aws/b.ts';"],
  ['core/message/a.ts', "import type { B } from '../../functions/validate/b.ts';"],
  ['aws/a.ts', "export { b } from '../breaker/b.ts';"],
  ['cli/a.ts', "const b = await import('../demo/b.ts');"],
  ['packages/isolation/a.ts', "import '../fhir-validator/b.ts';"],
  ['packages/local-lambda/lambda/a.ts', "import '../../../core/b.ts';"],
  ['functions/validate/a.ts', "import config from '../../failsafe.config.ts';"],
  ['terminal/a.ts', "import { b } from '../cli/b.ts';"],
  ['telemetry/a.ts', "import { b } from '../aws/b.ts';"],
  ['core/message/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['functions/validate/a.ts', "import type { Message } from '@aws-sdk/client-sqs';"],
  ['lib/a.ts', "const sdk = await import('@aws-sdk/lib-dynamodb');"],
  ['packages/isolation/a.ts', "export * from '@aws-sdk/client-sqs';"],
  ['demo/a.ts', "import type { SQSClient } from '@aws-sdk/client-sqs';"],
  ['gameday/a.ts', "import { LambdaClient } from '@aws-sdk/client-lambda';"],
  ['emulator/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['bench/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['bench/a.ts', "import { start } from '../emulator/start.ts';"],
  ['simulation/a.ts', "import { SendMessageCommand } from '@aws-sdk/client-sqs';"],
])('refuses an import against the arrows: %s, %s', (path, source) => {
  expect(violations([[path, source]])).toMatchObject([expect.stringContaining(path)]);
});

test.each([
  ['functions/validate/a.ts', "import { b } from '../../core/message/b.ts';"],
  ['functions/validate/a.ts', "import { b } from '../supervisor/b.ts';"],
  ['aws/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['console/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['simulation/sqs/a.ts', "import { SendMessageCommand } from '@aws-sdk/client-sqs';"],
  ['bench/peers/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
  ['bench/a.ts', "import { b } from '../test/support/b.ts';"],
  ['cli/a.ts', "import { b } from '../terminal/b.ts';"],
  ['test/core/a.ts', "import { b } from '../../demo/b.ts';"],
  ['core/message/a.ts', "import { z } from 'zod'; // from '../../aws/b.ts'"],
])('accepts an import along them: %s, %s', (path, source) => {
  expect(violations([[path, source]])).toEqual([]);
});

test('names the files of a cycle, of type imports too, and no file that only leads to it', () => {
  expect(
    violations([
      ['core/a.ts', "import { b } from './b.ts';"],
      ['core/b.ts', "import type { C } from './c.ts';"],
      ['core/c.ts', "export { b } from './b.ts';"],
    ]),
  ).toEqual(['a circle: core/b.ts → core/c.ts → core/b.ts']);
});

const FILES: Readonly<Record<string, string>> = {
  config: 'failsafe.config.ts',
  commands: 'cli/commands.ts',
};

test('each layer is a folder or file that exists, and has no cycle below it', () => {
  const below = (layer: string): string[] =>
    (LAYERS[layer] ?? []).filter((other) => !(layer === 'config' && other === 'lib'));
  const reach = (layer: string, way: readonly string[] = []): void => {
    expect(way).not.toContain(layer);
    for (const other of below(layer)) reach(other, [...way, layer]);
  };
  for (const layer of Object.keys(LAYERS)) {
    expect(existsSync(FILES[layer] ?? layer)).toBe(true);
    reach(layer);
  }
});

test('finds every kind of import', () => {
  const source = `import a from './a.ts'; export * from './b.ts'; const c = import('./c.ts');
    import type { D } from '../d.ts'; import 'node:fs';`;
  expect(importsOf('x/y/z.ts', source)).toEqual(['x/y/a.ts', 'x/d.ts', 'x/y/b.ts', 'x/y/c.ts']);
});

test('docs/decisions/layers.md shows the current drawing', () => {
  expect(readFileSync('docs/decisions/layers.md', 'utf8')).toContain(drawing());
});
