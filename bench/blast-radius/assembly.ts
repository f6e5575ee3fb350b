/**
 * The stack with three more consumers. All four get batches of ten from a queue with the same
 * visibility timeout, in a function with the same timeout and memory. The peers' queues give up
 * after three receives, as many as our attempts.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundleFunctions } from '../../lib/bundle/bundle.ts';
import { withVisibility } from '../../test/support/visibility.ts';

const STACK = 'fhir-failsafe-dev';

export const PEERS = ['plain', 'powertools', 'middy'] as const;
export type Peer = (typeof PEERS)[number];

export const BATCH_SIZE = 10;
export const RECEIVES_MAX = 3;
const MEMORY_MB = 512;
const TIMEOUT_SECONDS = 10;

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}
interface Assets {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

export interface BenchAssembly {
  readonly directory: string;
  /** Where the stack was built. */
  readonly built: string;
  /** A module that the peers run too, if our stack was built with it as a plugin. */
  readonly plugin?: string;
  /** Of each queue: short, so that the runs end in minutes. Longer than the functions' timeout. */
  readonly visibilitySeconds: number;
}

/** Bundles the peers and writes the assembly into its directory. */
export async function writeAssembly({
  directory,
  built,
  plugin,
  visibilitySeconds,
}: BenchAssembly) {
  await mkdir(directory, { recursive: true });
  const outDir = join(directory, 'functions');
  await bundleFunctions({ names: PEERS, root: import.meta.dirname, outDir, bytesMax: 3_000_000 });
  const template: Template = await readJson(join(built, `${STACK}.template.json`));
  const assets: Assets = await readJson(join(built, `${STACK}.assets.json`));
  const files = Object.fromEntries(
    Object.entries(assets.files).map(([hash, file]) => {
      const path = relative(directory, join(built, file.source.path));
      return [hash, { ...file, source: { path } }];
    }),
  );
  for (const peer of PEERS) {
    const source = { path: join('functions', peer) };
    Object.assign(files, { [peer]: { source, destinations: { here: { objectKey: peer } } } });
  }
  await writeJson(join(directory, `${STACK}.assets.json`), { ...assets, files });
  await writeJson(join(directory, `${STACK}.template.json`), {
    ...template,
    Resources: {
      ...withShortWaits(template.Resources, visibilitySeconds),
      ...Object.assign({}, ...PEERS.map((peer) => peerResources(peer, visibilitySeconds, plugin))),
    },
  });
}

/** Our own lanes with the same visibility, and our own function with the same memory. */
export function withShortWaits(
  resources: Template['Resources'],
  visibilitySeconds: number,
): Record<string, Resource> {
  const changed = Object.entries(resources).map(([id, resource]): [string, Resource] => {
    const short = withVisibility(resource, visibilitySeconds);
    const { Type, Properties } = short;
    const isValidate =
      Type === 'AWS::Lambda::Function' && /-validate-/.test(String(Properties['FunctionName']));
    return [
      id,
      isValidate ? { ...short, Properties: { ...Properties, MemorySize: MEMORY_MB } } : short,
    ];
  });
  return Object.fromEntries(changed);
}

/** Queue, dead-letter queue, function, mapping and table of one peer. */
export function peerResources(
  peer: Peer,
  visibilitySeconds: number,
  plugin?: string,
): Record<string, Resource> {
  const id = (what: string) => `Peer${peer}${what}`;
  const name = (what: string) => `${STACK}-${peer}${what}`;
  return {
    [id('DeadLetter')]: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: name('-dead-letter') },
    },
    [id('Queue')]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name(''),
        VisibilityTimeout: visibilitySeconds,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': [id('DeadLetter'), 'Arn'] },
          maxReceiveCount: RECEIVES_MAX,
        },
      },
    },
    [id('Table')]: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: name('-resources'),
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
    },
    [id('Function')]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name(''),
        Handler: 'handler.handler',
        Code: { S3Key: peer },
        Timeout: TIMEOUT_SECONDS,
        MemorySize: MEMORY_MB,
        LoggingConfig: { LogFormat: 'JSON' },
        Environment: {
          Variables: { RESOURCES_TABLE: { Ref: id('Table') }, ...(plugin && { PLUGIN: plugin }) },
        },
      },
    },
    [id('Mapping')]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': [id('Queue'), 'Arn'] },
        FunctionName: { Ref: id('Function') },
        BatchSize: BATCH_SIZE,
        ScalingConfig: { MaximumConcurrency: 100 },
        // A plain handler returns nothing, so the setting makes no difference to it.
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
  };
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, JSON.stringify(value));
}
