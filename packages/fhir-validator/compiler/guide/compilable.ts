/**
 * Somebody else made the definitions of a package, so their JSON may have any shape. What the compiler cannot read
 * is named, instead of ending in a stack.
 */

import { PackageError } from '../../packages/fhir-package.ts';
import type { StructureDefinition } from '../definitions.ts';

/**
 * The result of compiling a structure of that package.
 * @throws PackageError that names both if compiling throws
 */
export function compilable<T>(
  label: string,
  structure: Pick<StructureDefinition, 'url'> | undefined,
  compile: () => T,
): T {
  try {
    return compile();
  } catch (cause) {
    if (cause instanceof PackageError) throw cause;
    const what = structure === undefined ? label : `${label}, ${structure.url}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PackageError(`${what}: cannot be compiled: ${why}`, { cause });
  }
}
