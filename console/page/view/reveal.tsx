import type { Revealed, RevealRequest } from '../../contract/reveal.ts';
import { ROUTES } from '../../contract/routes.ts';
import { post } from '../client/requests.ts';
import { ask } from './ask.tsx';

/** Asks for a reason. The server records it in the audit log before it reads anything (R42). */
export function askToReveal(
  which: Pick<RevealRequest, 'what' | 'id'>,
  show: (revealed: Revealed) => void,
): void {
  ask({
    title: 'Reveal the resource?',
    text: 'It holds a patient’s data. Who sees it, and why, is written to the audit log before it is shown.',
    verb: 'Reveal',
    hint: 'ticket 4711: the producer asks what is wrong',
    act: async (reason) => {
      const answer = await post<Revealed>(ROUTES.reveal, { ...which, reason });
      if ('failure' in answer) return answer;
      show(answer.ok);
      return { ok: 'Revealed; the audit log has it.' };
    },
  });
}
