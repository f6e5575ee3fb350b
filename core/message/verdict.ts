/**
 * The verdict on one resource.
 *
 * A resource is `valid`, `invalid`, or a crash. Invalid is a normal result: it is never retried and never
 * counts towards an incident. A crash is a process that died (or an exception nobody meant) while it worked
 * on this resource: it says nothing about its neighbours in the batch (R01).
 */

import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';

export const CRASH_KINDS = [
  'exception',
  'timeout',
  'out-of-memory',
  'exit',
] as const satisfies readonly CrashKind[];

/** How a plugin died, hung or printed something unreadable. Free of PHI (R08). */
export interface PluginCrash {
  readonly plugin: string;
  readonly crash: CrashKind;
  readonly reason: string;
}

/** The type and id that the resource claims, if it has them. */
export interface Identity {
  readonly resourceType?: string;
  readonly id?: string;
}

/** What is known about a validated resource besides its verdict. */
interface Validated extends Identity {
  readonly issues: Issue[];
  /** Crashes of advisory plugins. The crash of a required plugin is the verdict. */
  readonly pluginCrashes?: readonly PluginCrash[];
}

export type Verdict =
  | (Validated & { readonly kind: 'valid'; readonly resourceType: string })
  | (Validated & { readonly kind: 'invalid' })
  | {
      readonly kind: 'crash';
      readonly crash: CrashKind;
      readonly reason: string;
      /** The required plugin whose crash it is. */
      readonly plugin?: string;
    };
