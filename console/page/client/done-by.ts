import type { Done } from '../../contract/acts.ts';
import { type Answer, post } from './requests.ts';

/** Does one act; answers with what is now so, in words. */
export async function doneBy(route: string, body: unknown): Promise<Answer<string>> {
  const answer = await post<Done>(route, body);
  if ('failure' in answer) return answer;
  const { message, changed } = answer.ok;
  return { ok: changed ? message : `${message} (as it was before)` };
}
