/** The breaker refused the call: the service was not called. */
export class BreakerRefused extends Error {
  override readonly name = 'BreakerRefused';
  readonly service: string;
  readonly why: string;
  /** Epoch ms: earlier calls are refused too. */
  readonly retryAt: number;

  constructor(service: string, why: string, retryAt: number) {
    super(`${service} is not called: its breaker is ${why}`);
    this.service = service;
    this.why = why;
    this.retryAt = retryAt;
  }
}

/** The service did not answer in time; the call was aborted. */
export class CallTimedOut extends Error {
  override readonly name = 'CallTimedOut';
  readonly service: string;
  readonly timeoutMs: number;

  constructor(service: string, timeoutMs: number) {
    super(`${service} did not answer within ${timeoutMs} ms`);
    this.service = service;
    this.timeoutMs = timeoutMs;
  }
}
