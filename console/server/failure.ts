/** Errors of requests, and of figures that cannot be read. */
import { TargetError } from '../../cli/target.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { isDenied, isMissing, isOfSdk } from '../../terminal/aws-trouble.ts';
import { whatWentWrong } from '../../terminal/explain-error.ts';
import type { Trouble } from '../contract/figure.ts';
import type { FailureKind } from '../contract/routes.ts';

/** Thrown by the handler of a request. The message is for a person, without PHI. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface Fault {
  readonly kind: FailureKind;
  readonly message: string;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof Failure) return error;
  return { kind: kindOf(error), message: inWords(error) };
}

function kindOf(error: unknown): FailureKind {
  if (isDenied(error)) return 'no-permission';
  if (error instanceof UsageError) return 'usage';
  // A TargetError of an act itself is a refusal. One that an SDK call caused is a failure of AWS.
  return error instanceof TargetError && !isOfSdk(error) ? 'refused' : 'failing';
}

export function troubleOf(error: unknown): Omit<Trouble, 'since'> {
  const message = inWords(error);
  if (isDenied(error)) return { kind: 'no-permission', message };
  return { kind: isMissing(error) ? 'not-there' : 'failing', message };
}

function inWords(error: unknown): string {
  return whatWentWrong(error, { env: process.env, argv: [] }).text;
}
