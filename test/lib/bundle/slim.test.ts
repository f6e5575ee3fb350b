import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, withoutErrors, withPlainKeys } from '../../../lib/bundle/slim.ts';

/** The errors of the SDK that deployed code imports as classes, by the package that they are from. */
async function errorsKnownByClass(): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const file of globSync('{aws,breaker,core,functions,telemetry}/**/*.ts')) {
    const imports = readFileSync(file, 'utf8').matchAll(
      /^import \{([^}]*)\} from '(@aws-sdk\/client-[\w-]+)';$/gm,
    );
    for (const [, names = '', from = ''] of imports) {
      const sdk: Record<string, unknown> = await import(from);
      for (const name of names.split(',').map((each) => each.trim())) {
        const { prototype } = (sdk[name] ?? {}) as { prototype?: unknown };
        if (prototype instanceof Error && !name.endsWith('ServiceException')) found.add(name);
      }
    }
  }
  return [...found].sort();
}

describe('a schema of the SDK in a bundle', () => {
  it('has the names of its keys in place, so that what is not used can be left out', () => {
    const source =
      'const _h = "http";\nexport var Get$ = [9, n0, _G, { [_h]: ["GET", "/"], [_x]: 1 }];';
    expect(withPlainKeys(source)).toBe(
      'const _h = "http";\nexport var Get$ = [9, n0, _G, { "http": ["GET", "/"], [_x]: 1 }];',
    );
  });

  it('registers every error that deployed code knows by its class: another would be none of that class', async () => {
    const known = await errorsKnownByClass();
    expect(known.length).toBeGreaterThan(3);
    expect([...ERRORS].sort()).toEqual(known);
  });

  it('leaves out all other errors', () => {
    const kept = 'n0_registry.registerError(NoSuchKey$, NoSuchKey);';
    const source = `${kept}\nn0_registry.registerError(BucketAlreadyExists$, BucketAlreadyExists);\n`;
    expect(withoutErrors(source)).toBe(`${kept}\n\n`);
  });
});
