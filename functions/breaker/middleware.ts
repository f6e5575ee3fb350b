/**
 * The middy form: a whole handler is one call of a service. While the breaker refuses, the handler
 * does not run; the invocation fails with BreakerRefused, or answers with the fallback.
 *
 * A handler cannot be aborted from here, so its lease lasts for as long as the invocation may.
 */
import type { MiddlewareObj, Request } from '@middy/core';
import type { Breakers, FallbackReason } from './breakers.ts';
import { BreakerRefused } from './call-errors.ts';
import { type Judgement, judgeError } from './judgement.ts';
import type { Admitted } from './resilient-circuit.ts';

interface MiddlewareOptions<R> {
  readonly fallback?: (reason: FallbackReason) => R;
  readonly judgeError?: (error: unknown) => Judgement;
}

export function breakerMiddleware<E, R>(
  breakers: Breakers,
  service: string,
  options: MiddlewareOptions<R> = {},
): MiddlewareObj<E, R> {
  // By request: an environment may serve several invocations at once.
  const begun = new WeakMap<object, Admitted>();

  async function settle(request: Request<E, R>, judgement: Judgement): Promise<void> {
    const admitted = begun.get(request.internal);
    if (admitted === undefined) return;
    begun.delete(request.internal);
    await breakers.settle(service, admitted, judgement);
  }

  return {
    async before(request) {
      const admitted = await breakers.admit(service, request.context.getRemainingTimeInMillis());
      if (admitted.kind === 'admitted') {
        begun.set(request.internal, admitted);
        return;
      }
      const { why, retryAt } = admitted;
      if (options.fallback === undefined) throw new BreakerRefused(service, why, retryAt);
      return options.fallback({ kind: 'refused', why, retryAt });
    },
    after: (request) => settle(request, { outcome: 'success' }),
    async onError(request) {
      if (!begun.has(request.internal)) return;
      await settle(request, (options.judgeError ?? judgeError)(request.error));
      if (options.fallback === undefined) return;
      return options.fallback({ kind: 'failed', error: request.error });
    },
  };
}
