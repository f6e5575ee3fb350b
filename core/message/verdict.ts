/**
 * What came of one resource.
 *
 * A resource is `valid`, `invalid`, or a crash. Invalid is an answer: it is never retried and never
 * counts to an incident. A crash is a process that died (or an exception nobody meant) while it
 * worked on this resource: it says nothing about the neighbours in its batch (R01).
 */

import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';

export const CRASH_KINDS = [
  'exception',
  'timeout',
  'out-of-memory',
  'exit',
] as const satisfies readonly CrashKind[];

/** A plugin that died, hung or answered what nobody can read, and how; free of PHI (R08). */
export interface PluginCrash {
  readonly plugin: string;
  readonly crash: CrashKind;
  readonly reason: string;
}

/** Who the resource says it is, as far as it says so. */
export interface Identity {
  readonly resourceType?: string;
  readonly id?: string;
}

/** What a resource that was judged has besides its verdict. */
interface Judged extends Identity {
  readonly issues: Issue[];
  /** Of advisory plugins: of a required one the crash is the verdict. */
  readonly pluginCrashes?: readonly PluginCrash[];
}

export type Verdict =
  | (Judged & { readonly kind: 'valid'; readonly resourceType: string })
  | (Judged & { readonly kind: 'invalid' })
  | {
      readonly kind: 'crash';
      readonly crash: CrashKind;
      readonly reason: string;
      /** The required plugin whose crash it is. */
      readonly plugin?: string;
    };
