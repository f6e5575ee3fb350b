import type { LocalAct, LocalDone } from '../../contract/local.ts';
import { ROUTES } from '../../contract/routes.ts';
import { type Answer, post } from './requests.ts';

/** Performs one act of the box of faults. */
export const provoke = (act: LocalAct): Promise<Answer<LocalDone>> =>
  post<LocalDone>(ROUTES.local, act);
