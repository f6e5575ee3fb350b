/** One question to the terminology server: `POST [base]/ValueSet/$validate-code`. */

import { BearerToken } from '../../../aws/bearer-token.ts';
import type { Secret } from '../../../aws/handles.ts';
import type { Fetch } from '../../../aws/machine.ts';
import { beginningOf } from '../../../breaker/beginning-of.ts';
import { type CallOutcome, outcomeOfHttp } from '../../../breaker/call-outcome.ts';
import type { Answer, Question } from '../../../core/delivery/terminology.ts';
import { answerOf, validateCodeRequest } from '../../../core/delivery/validate-code-answer.ts';

/** The server did not answer the question. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly callOutcome: CallOutcome;

  constructor(status: number, callOutcome: CallOutcome) {
    super(`the terminology server answered ${status}`);
    this.callOutcome = callOutcome;
  }
}

const BODY_CHARACTERS_MAX = 64 * 1024;

interface Place {
  /** The base URL of its FHIR API, without a slash at the end. */
  readonly endpoint: string;
  /** Absent if it requires none. */
  readonly token: Secret | undefined;
  readonly fetch: Fetch;
  readonly now: () => number;
}

export class TerminologyServer {
  readonly #place: Place;
  readonly #url: string;
  readonly #token: BearerToken | undefined;

  constructor(place: Place) {
    this.#place = place;
    this.#url = `${place.endpoint}/ValueSet/$validate-code`;
    this.#token = place.token && new BearerToken(place.token);
  }

  /** Rejects if there is no answer; whatever the cause, the server did not succeed. */
  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const { fetch, now } = this.#place;
    const token = await this.#token?.read(now(), signal);
    const response = await fetch(this.#url, {
      method: 'POST',
      body: validateCodeRequest(question),
      redirect: 'manual',
      signal,
      headers: {
        'content-type': 'application/fhir+json',
        accept: 'application/fhir+json',
        // An idle connection may be lost while the environment is frozen, and a healthy server must not fail for
        // that: https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
        connection: 'close',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
    const { status, headers } = response;
    const answer = answerOf(status, await beginningOf(response, BODY_CHARACTERS_MAX));
    if (answer !== undefined) return answer;
    this.#token?.answered(status);
    const { retryAt } = outcomeOfHttp(status, headers.get('retry-after'), now());
    throw new NoAnswer(status, { outcome: 'failure', retryAt });
  }
}
