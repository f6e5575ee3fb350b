/** One question to the terminology server: `POST [base]/ValueSet/$validate-code`. */

import { BearerToken } from '../../../aws/bearer-token.ts';
import { beginningOf } from '../../../breaker/beginning-of.ts';
import { type Judgement, judgeHttp } from '../../../breaker/judgement.ts';
import type { Answer, Question } from '../../../core/delivery/terminology.ts';
import { answerOf, validateCodeRequest } from '../../../core/delivery/terminology-answer.ts';
import { environment } from './environment.ts';

/** The server did not answer the question. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly judgement: Judgement;

  constructor(status: number, judgement: Judgement) {
    super(`the terminology server answered ${status}`);
    this.judgement = judgement;
  }
}

const BODY_CHARACTERS_MAX = 64 * 1024;
const UNAUTHORIZED = 401;

const { endpoint, tokenArn } = environment;
const url = `${endpoint}/ValueSet/$validate-code`;
const secret = tokenArn === undefined ? undefined : new BearerToken(tokenArn);

/** Rejects where there is no answer: whatever that was, it is no success of the server's. */
export async function askServer(question: Question, signal: AbortSignal): Promise<Answer> {
  const token = await secret?.read(Date.now(), signal);
  const response = await fetch(url, {
    method: 'POST',
    body: validateCodeRequest(question),
    redirect: 'manual',
    signal,
    headers: {
      'content-type': 'application/fhir+json',
      accept: 'application/fhir+json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const { status, headers } = response;
  const answer = answerOf(status, await beginningOf(response, BODY_CHARACTERS_MAX));
  if (answer !== undefined) return answer;
  if (status === UNAUTHORIZED) secret?.forget();
  const { retryAt } = judgeHttp(status, headers.get('retry-after'), Date.now());
  throw new NoAnswer(status, { outcome: 'failure', retryAt });
}
