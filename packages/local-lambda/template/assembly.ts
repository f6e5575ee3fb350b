import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ACCOUNT } from './account.ts';
import { TemplateError } from './resolve.ts';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      DeletionPolicy: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
});
export type Template = z.infer<typeof templateSchema>;

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

/** A synthesized stack: its template, and the path of each asset by object key. */
export type Assembly = { stackName: string; template: Template; assets: Map<string, string> };

/** Reads the only stack of a cloud assembly. Throws {@link TemplateError} if there is none. */
export async function readAssembly(directory: string): Promise<Assembly> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new TemplateError(`${directory}: no assembly; synthesize it first`, { cause });
  });
  const templates = names.filter((name) => name.endsWith('.template.json'));
  const [file] = templates;
  if (!file || templates.length > 1) {
    throw new TemplateError(`${directory}: one template was expected, not ${templates.length}`);
  }
  const stackName = file.replace('.template.json', '');
  const text = await readFile(join(directory, file), 'utf8');
  const environment = await environmentOf(directory, stackName);
  const template = templateSchema.parse(JSON.parse(asLocal(text, environment)));
  const manifest = assetsSchema.parse(await readJson(join(directory, `${stackName}.assets.json`)));
  const assets = Object.values(manifest.files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(
      ({ objectKey }) => [objectKey, join(directory, source.path)] as const,
    ),
  );
  return { stackName, template, assets: new Map(assets) };
}

const manifestSchema = z.object({
  artifacts: z.record(z.string(), z.object({ environment: z.string().optional() })).default({}),
});

/** Where CDK deploys the stack, such as `aws://123456789012/eu-west-1`. */
async function environmentOf(directory: string, stackName: string): Promise<string> {
  const names = await readdir(directory);
  if (!names.includes('manifest.json')) return '';
  const { artifacts } = manifestSchema.parse(await readJson(join(directory, 'manifest.json')));
  return artifacts[stackName]?.environment ?? '';
}

/**
 * A stack that has an account and a region of its own names them in its ARNs and policies. The local ones stand for
 * them there, as for those of `AWS::AccountId` and `AWS::Region`.
 */
function asLocal(template: string, environment: string): string {
  const [, account, region] =
    /^aws:\/\/(?:(\d{12})|unknown-account)\/(.+)$/.exec(environment) ?? [];
  const inAccount = account === undefined ? template : template.replaceAll(account, ACCOUNT.id);
  if (region === undefined || region === 'unknown-region') return inAccount;
  const place = new RegExp(
    `(?<=[:"])${region}(?=[:"])|(?<=\\.)${region}(?=\\.amazonaws\\.com)`,
    'g',
  );
  return inAccount.replaceAll(place, ACCOUNT.region);
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
