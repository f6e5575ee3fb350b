/** The built stack with changes: other waits, other code. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TemplateResource, withSettings, withVisibility } from './visibility.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = join(ROOT, 'build', 'local');
const STACK = 'fhir-failsafe-dev';

export interface Changes {
  /** For every queue; `validate` gets it too. */
  readonly visibilitySeconds: number;
  /** Source of `handler.mjs` for the functions whose names end so. */
  readonly handlers?: Readonly<Record<string, string>>;
  /** More environment variables, for the functions whose names end so. */
  readonly variables?: Readonly<Record<string, Variables>>;
  /** Settings for the functions whose names end so, in addition to the stack's. */
  readonly settings?: Readonly<Record<string, object>>;
}

/** What a function gets; `role` is the logical id of its role. */
type Variables = (role: string) => Readonly<Record<string, unknown>>;

/**
 * Writes the assembly into a folder of its own. `repair` restores a changed function to what was built, as
 * a deployment does: environments that start from then on run it.
 */
export async function changedAssembly(changes: Changes) {
  const { visibilitySeconds, handlers = {}, variables = {}, settings = {} } = changes;
  const directory = await mkdtemp(join(tmpdir(), 'changed-assembly-'));
  const assets = await readJson(`${STACK}.assets.json`);
  const files: Record<string, { source: { path: string } }> = assets.files;
  for (const file of Object.values(files)) {
    file.source.path = relative(directory, join(BUILT, file.source.path));
  }
  for (const [name, source] of Object.entries(handlers)) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'handler.mjs'), source);
    Object.assign(files, {
      [name]: { source: { path: name }, destinations: { here: { objectKey: name } } },
    });
  }
  const template = await readJson(`${STACK}.template.json`);
  const resources: Record<string, TemplateResource> = template.Resources;
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, built]) => {
      const resource = withVisibility(built, visibilitySeconds);
      return [id, { ...resource, Properties: { ...resource.Properties, ...changeOf(resource) } }];
    }),
  );
  await writeFile(join(directory, `${STACK}.assets.json`), JSON.stringify(assets));
  const changed = JSON.stringify({ ...template, Resources });
  await writeFile(join(directory, `${STACK}.template.json`), changed);
  return {
    directory,
    repair: (name: string) => cp(builtCode(name), join(directory, name), { recursive: true }),
    dispose: () => rm(directory, { recursive: true, force: true }),
  };

  function changeOf({
    Type,
    Properties = {},
  }: TemplateResource): Readonly<Record<string, unknown>> {
    if (Type !== 'AWS::Lambda::Function') return {};
    const isMeant = (end: string) => String(Properties['FunctionName']).endsWith(end);
    const name = Object.keys(handlers).find(isMeant);
    const told = Object.entries(variables).find(([end]) => isMeant(end))?.[1];
    const set = Object.entries(settings).find(([end]) => isMeant(end))?.[1];
    return {
      ...(name !== undefined && { Code: { S3Key: name } }),
      ...(told !== undefined && { Environment: withVariables(Properties, told) }),
      ...(set !== undefined && { Environment: withSettings(Properties, set) }),
    };
  }

  function builtCode(name: string): string {
    const { Properties = {} } =
      Object.values(resources).find(
        ({ Type, Properties: its }) =>
          Type === 'AWS::Lambda::Function' && String(its?.['FunctionName']).endsWith(name),
      ) ?? {};
    const { S3Key } = Properties['Code'] as { S3Key: string };
    const path = files[S3Key.replace('.zip', '')]?.source.path;
    if (path === undefined) throw new Error(`no asset of ${name}`);
    return join(directory, path);
  }
}

function withVariables(properties: Readonly<Record<string, unknown>>, told: Variables) {
  const { Environment, Role } = properties as {
    Environment: { Variables: object };
    Role: { 'Fn::GetAtt': [string, string] };
  };
  return { Variables: { ...Environment.Variables, ...told(Role['Fn::GetAtt'][0]) } };
}

async function readJson(name: string) {
  return JSON.parse(await readFile(join(BUILT, name), 'utf8'));
}
