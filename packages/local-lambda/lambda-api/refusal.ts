/**
 * A request that the Lambda API refuses. It has AWS's error name and message, from which the SDK
 * makes its error.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export function notFound(what: string): Refusal {
  return new Refusal(
    404,
    'ResourceNotFoundException',
    `The resource you requested does not exist: ${what}`,
  );
}
