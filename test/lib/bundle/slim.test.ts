import { describe, expect, it } from 'vitest';
import { withoutErrors, withPlainKeys } from '../../../lib/bundle/slim.ts';

describe('a schema of the SDK in a bundle', () => {
  it('has the names of its keys in place, so that what is not used can be left out', () => {
    const source =
      'const _h = "http";\nexport var Get$ = [9, n0, _G, { [_h]: ["GET", "/"], [_x]: 1 }];';
    expect(withPlainKeys(source)).toBe(
      'const _h = "http";\nexport var Get$ = [9, n0, _G, { "http": ["GET", "/"], [_x]: 1 }];',
    );
  });

  it('registers the errors that our code knows by class, and no others', () => {
    const kept = 'n0_registry.registerError(NoSuchKey$, NoSuchKey);';
    const source = `${kept}\nn0_registry.registerError(BucketAlreadyExists$, BucketAlreadyExists);\n`;
    expect(withoutErrors(source)).toBe(`${kept}\n\n`);
  });
});
