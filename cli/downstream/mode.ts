/** How a stand-in server of `npm start -- --downstream` is, and makes it another way. */
import { TargetError } from '../target.ts';
import { MODE_HEADER, MODE_PATH, type Mode } from './control.ts';

export interface StandInState {
  readonly mode: Mode;
  /** Calls so far, by the mode that they met. */
  readonly counts: Readonly<Record<Mode, number>>;
  /** Of a FHIR server. */
  readonly resources?: number;
}

/** @throws TargetError where nothing answers */
export async function askStandIn(port: number, mode?: string): Promise<StandInState> {
  const url = `http://127.0.0.1:${port}${MODE_PATH}`;
  const request = mode === undefined ? {} : { method: 'PUT', headers: { [MODE_HEADER]: mode } };
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new TargetError(
      `nothing answers at 127.0.0.1:${port}: is \`npm start -- --downstream\` running?`,
      { cause },
    );
  });
  return (await response.json()) as StandInState;
}
