import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAssembly } from '../../../../packages/local-lambda/template/assembly.ts';
import { writeAssembly } from '../support/tiny-assembly.ts';

const joined = (end: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, end]] });
const ROLE = {
  principal: 'arn:aws:iam::123456789012:root',
  queues: joined(':sqs:eu-west-1:123456789012:*'),
  via: 'sqs.eu-west-1.amazonaws.com',
  region: 'eu-west-1',
  name: 'orders-eu-west-1',
};

/** What the template has, read beside a manifest that names this environment. */
async function read(environment: string | undefined): Promise<unknown> {
  const resources = { Role: { Type: 'AWS::IAM::Role', Properties: ROLE } };
  const { directory, dispose } = await writeAssembly({ resources });
  if (environment !== undefined) {
    const manifest = { artifacts: { 'tiny.assets': {}, tiny: { environment } } };
    await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  }
  const { template } = await readAssembly(directory);
  await dispose();
  return template.Resources['Role']?.Properties;
}

const inAccount = { principal: 'arn:aws:iam::000000000000:root' };
const inRegion = { via: 'sqs.us-east-1.amazonaws.com', region: 'us-east-1' };

it.each<[string | undefined, object]>([
  [
    'aws://123456789012/eu-west-1',
    { ...inAccount, ...inRegion, queues: joined(':sqs:us-east-1:000000000000:*') },
  ],
  [
    'aws://123456789012/unknown-region',
    { ...inAccount, queues: joined(':sqs:eu-west-1:000000000000:*') },
  ],
  [
    'aws://unknown-account/eu-west-1',
    { ...inRegion, queues: joined(':sqs:us-east-1:123456789012:*') },
  ],
  ['aws://unknown-account/unknown-region', {}],
  [undefined, {}],
])('the local account stands for that of a stack: %s', async (environment, expected) => {
  // What something is called is nobody's address, and stays.
  expect(await read(environment)).toEqual({ ...ROLE, ...expected });
});
