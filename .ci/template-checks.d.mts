export interface Failed {
  readonly stage: string;
  readonly check: string;
  readonly resource: string;
}
export interface Acknowledged {
  readonly check: string;
  readonly stages: readonly string[];
  readonly resources: RegExp;
  readonly reason: string;
}
export const ACKNOWLEDGED: readonly Acknowledged[];
export function problemsOf(
  failed: readonly Failed[],
  acknowledged?: readonly Acknowledged[],
): string[];
