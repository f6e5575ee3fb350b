/** Reads or changes the mode of a stand-in server of `npm start -- --downstream`. */
import { TargetError } from '../target.ts';
import { MODE_HEADER, MODE_PATH, type Mode } from './control.ts';

export interface StandInState {
  readonly mode: Mode;
  /** Calls so far, by the mode in which they were answered. */
  readonly counts: Readonly<Record<Mode, number>>;
  /** Only of a FHIR server. */
  readonly resources?: number;
}

/** @throws TargetError if nothing answers */
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
