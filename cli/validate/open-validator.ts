/**
 * The validator of the command line: the one of the build, or one with further packages and
 * profiles.
 */

import type {
  Compiled,
  CompiledValidator,
  Limits,
} from '../../packages/fhir-validator/compiled-validator.ts';
import type { Profile, Profiles } from '../../packages/fhir-validator/runtime/profiles.ts';
import type { Selection } from '../../packages/fhir-validator/runtime/selection.ts';
import { closest } from '../../terminal/closest.ts';
import { UsageError } from '../usage-error.ts';
import type { Loaded, Wishes } from './compile-now.ts';

export interface OpenValidator {
  readonly validator: CompiledValidator;
  readonly limits: Limits;
  /** The requested profiles. */
  readonly asked: readonly Profile[];
}

/** Imported on demand, because the other commands do not need the compiled definitions. */
export async function openValidator(wishes: Wishes): Promise<OpenValidator> {
  if (wishes.allowPartial.length > 0 && wishes.ig.length === 0) {
    throw new UsageError('--allow-partial needs --ig');
  }
  const { compiled, elsewhere } = wishes.ig.length > 0 ? await compiledNow(wishes) : await built();
  const { CompiledValidator } = await import('../../packages/fhir-validator/compiled-validator.ts');
  const asked = wishes.profile.map((url) => profileOf(url, compiled, elsewhere));
  return {
    validator: new CompiledValidator(compiled),
    limits: asked.length > 0 ? { selection: withAsked(compiled.selections.default, asked) } : {},
    asked,
  };
}

async function built(): Promise<Loaded> {
  return {
    compiled: await import('../../packages/fhir-validator/generated/validator.js'),
    elsewhere: new Map(),
  };
}

async function compiledNow(wishes: Wishes): Promise<Loaded> {
  return (await import('./compile-now.ts')).compileNow(wishes);
}

function profileOf(
  canonical: string,
  { profiles, resources }: Compiled,
  elsewhere: ReadonlyMap<string, string>,
): Profile {
  const profile = profiles.get(canonical);
  if (profile === undefined) throw new UsageError(whyNot(canonical, profiles, elsewhere));
  if (resources.has(profile.type)) return profile;
  throw new UsageError(`${canonical} is a profile of ${profile.type}, which is not a resource`);
}

function whyNot(
  canonical: string,
  profiles: Profiles,
  elsewhere: ReadonlyMap<string, string>,
): string {
  const url = canonical.split('|', 1)[0] ?? canonical;
  const other = profiles.get(url);
  if (other)
    return `no profile ${canonical}: the loaded version is ${other.version ?? 'not named'}`;
  const owner = elsewhere.get(url);
  if (owner)
    return `${url} belongs to ${owner}, of which only referenced profiles are compiled: --ig ${owner}`;
  const near = closest(url, profiles.keys());
  return `no profile ${canonical}${near === undefined ? ': name its package with --ig' : `; did you mean ${near}?`}`;
}

/** The configuration's profiles stay. */
function withAsked(configured: Selection, asked: readonly Profile[]): Selection {
  const selection = { ...configured };
  for (const { type, url, version } of asked) {
    const { always = [], ifNoneDeclared = [] } = selection[type] ?? {};
    const canonical = version === undefined ? url : `${url}|${version}`;
    selection[type] = { always: [...always, canonical], ifNoneDeclared };
  }
  return selection;
}
