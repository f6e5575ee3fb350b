/** The built stack with other settings, so that a game day need not wait for what takes a day. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What to change of a function: its template properties, given its name without the stage's prefix. */
export type ChangeFunction = (
  name: string,
  properties: FunctionProperties,
) => Record<string, unknown>;

export interface FunctionProperties {
  readonly MemorySize: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

/** How long a batch that failed waits here, in seconds: a FIFO group waits with it. */
const VISIBILITY = 12;

/** Writes the assembly of `built` into a folder, with changed functions. */
export async function writeChanged(
  { built, stackName, into }: { built: string; stackName: string; into: string },
  change: ChangeFunction,
): Promise<void> {
  await mkdir(into, { recursive: true });
  const read = async (file: string) => JSON.parse(await readFile(join(built, file), 'utf8'));
  const assetsFile = `${stackName}.assets.json`;
  const assets: { files: Record<string, { source: { path: string } }> } = await read(assetsFile);
  for (const { source } of Object.values(assets.files)) {
    source.path = relative(into, join(built, source.path));
  }
  const templateFile = `${stackName}.template.json`;
  const template: { Resources: Record<string, Resource> } = await read(templateFile);
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => [
      id,
      { ...resource, Properties: { ...resource.Properties, ...changeOf(resource) } },
    ]),
  );
  await writeFile(join(into, assetsFile), JSON.stringify(assets));
  await writeFile(join(into, templateFile), JSON.stringify({ ...template, Resources }));

  function changeOf({ Type, Properties = {} }: Resource): Record<string, unknown> {
    if (Type === 'AWS::SQS::Queue') return { VisibilityTimeout: VISIBILITY };
    if (Type !== 'AWS::Lambda::Function') return {};
    const name = String(Properties['FunctionName']).replace(`${stackName}-`, '');
    return change(name, Properties as unknown as FunctionProperties);
  }
}

/** A function's environment with other variables, and other settings in `SETTINGS`. */
export function withVariables(
  { Environment }: FunctionProperties,
  variables: Readonly<Record<string, string>>,
  settings: object = {},
): Record<string, unknown> {
  const { SETTINGS = '{}', ...others } = Environment.Variables;
  const merged = JSON.stringify({ ...JSON.parse(String(SETTINGS)), ...settings });
  const present = Object.entries(variables).filter(([name]) => name in others);
  return {
    Environment: { Variables: { ...others, SETTINGS: merged, ...Object.fromEntries(present) } },
  };
}
