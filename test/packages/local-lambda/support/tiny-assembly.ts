import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A synthesized assembly made for a test: functions by name, each with the source of its handler. */
export type TinyStack = {
  resources: Record<string, { Type: string; Properties?: object }>;
  handlers?: Record<string, string>;
  outputs?: Record<string, { Value: unknown }>;
};

/** Writes the assembly as CDK would; `dispose` removes it. */
export async function writeAssembly(
  stack: TinyStack,
): Promise<{ directory: string; dispose(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'tiny-assembly-'));
  const handlers = Object.entries(stack.handlers ?? {});
  for (const [name, source] of handlers)
    await writeHandler(join(directory, `asset.${name}`), source);
  const files = handlers.map(([name]) => [
    name,
    { source: { path: `asset.${name}` }, destinations: { here: { objectKey: `${name}.zip` } } },
  ]);
  const template = { Resources: stack.resources, Outputs: stack.outputs ?? {} };
  await writeFile(join(directory, 'tiny.template.json'), JSON.stringify(template));
  await writeFile(
    join(directory, 'tiny.assets.json'),
    JSON.stringify({ files: Object.fromEntries(files) }),
  );
  return { directory, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/** Writes a bundle: `handler.mjs` with the given source. */
export async function writeHandler(directory: string, source: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'handler.mjs'), source);
  return directory;
}

/** A queue, a function and the mapping between them, named `NAME`, `NAMEFunction`, `NAMEMapping`. */
export function consumer(
  name: string,
  mapping: object = {},
  properties: { queue?: object; function?: object } = {},
): TinyStack['resources'] {
  return {
    [name]: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: name, VisibilityTimeout: 60, ...properties.queue },
    },
    [`${name}Function`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: `${name}-function`,
        Handler: 'handler.handler',
        Code: { S3Key: `${name}.zip` },
        Timeout: 5,
        MemorySize: 256,
        Environment: { Variables: { QUEUE_URL: { Ref: name } } },
        ...properties.function,
      },
    },
    [`${name}Mapping`]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': [name, 'Arn'] },
        FunctionName: { Ref: `${name}Function` },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...mapping,
      },
    },
  };
}
