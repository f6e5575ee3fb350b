import type { Done } from '../../contract/acts.ts';
import { type Answer, post } from './requests.ts';

/** Performs one act. Returns the new state as text. */
export async function doneBy(route: string, body: unknown): Promise<Answer<string>> {
  const answer = await post<Done>(route, body);
  if ('failure' in answer) return answer;
  const { message, changed } = answer.ok;
  return { ok: changed ? message : `${message} (as it was before)` };
}
