/** A command of an operator, performed by the command line's own code. */

import { pause } from '../../aws/machine.ts';
import { mustBeOperator } from '../../cli/audit/permission.ts';
import { openRecorder } from '../../cli/audit/recorder.ts';
import { sayOf as overrule } from '../../cli/breaker/say.ts';
import type { Desk } from '../../cli/clients.ts';
import { erase } from '../../cli/erase/run.ts';
import { openEraseStage } from '../../cli/erase/stage.ts';
import { sayOf as sayOfIncident } from '../../cli/incident/say.ts';
import { operate } from '../../cli/lane/operate.ts';
import { actOn } from '../../cli/quarantine/act.ts';
import { discard } from '../../cli/quarantine/discard.ts';
import type { EntryFilter } from '../../cli/quarantine/filter.ts';
import { redrive } from '../../cli/quarantine/redrive.ts';
import type { Selection } from '../../cli/quarantine/selection.ts';
import { openStage } from '../../cli/quarantine/stage.ts';
import type { ErasureRequest } from '../erasures.ts';

export type Command =
  | {
      readonly kind: 'redrive' | 'discard';
      readonly selection: Selection;
      readonly only: EntryFilter;
      /** It names a redrive: given again with the same time, the command goes on. */
      readonly before: number;
      /** Entries a second. */
      readonly rate: number;
      /** The body that is sent in place of the one selected entry's. */
      readonly corrected?: string | undefined;
    }
  | {
      readonly kind: 'overrule';
      readonly service: string;
      readonly word: 'force-open' | 'force-closed' | 'reset';
      readonly forMs: number;
    }
  | ({ readonly kind: 'erase' } & ErasureRequest)
  | { readonly kind: 'lane'; readonly lane: string; readonly word: 'pause' | 'resume' }
  | {
      readonly kind: 'incident';
      readonly scope: string;
      readonly number: number;
      readonly word: 'acknowledge' | 'resolve';
    };

/** Where it is given, and by whom. */
export interface Giving {
  readonly stage: string;
  readonly by: string;
  readonly desk: Desk;
}

const WHY = 'simulated';
const nothing = () => undefined;

/** @throws as the command line does */
export async function perform(command: Command, { stage, by, desk }: Giving): Promise<void> {
  switch (command.kind) {
    case 'redrive':
    case 'discard':
      return act(command, { stage, by, desk });
    case 'overrule': {
      const { service, word: kind, forMs } = command;
      const until = kind === 'reset' ? {} : { until: desk.now() + forMs };
      const is = kind === 'force-open' ? 'open' : 'closed';
      const word = { what: 'breaker', name: service, service, kind, is, ...until } as const;
      await overrule(word, { stage, by, reason: WHY }, desk);
      return;
    }
    case 'erase': {
      const opened = await openEraseStage(stage, desk);
      await mustBeOperator(stage, 'erased', desk);
      const recorder = await openRecorder(stage, desk);
      const wait = (ms: number) => pause(desk, ms);
      await erase(opened, { ...command, by, reason: WHY }, { recorder, wait, say: nothing });
      return;
    }
    case 'lane':
      await operate(stage, command.lane, command.word, { by, why: WHY }, desk);
      return;
    case 'incident': {
      const said = { at: desk.now(), by, why: WHY };
      await sayOfIncident(stage, command, command.word, said, desk);
    }
  }
}

async function act(
  command: Extract<Command, { readonly kind: 'redrive' | 'discard' }>,
  { stage, by, desk }: Giving,
): Promise<void> {
  const { kind, selection, only, before, rate, corrected } = command;
  const opened = await openStage(stage, desk);
  const options = { before, by, why: WHY, only, rate, dryRun: false };
  const work = () =>
    kind === 'redrive'
      ? redrive(opened, selection, { ...options, corrected, onFailed: nothing, onSent: nothing })
      : discard(opened, selection, options);
  await actOn<string>(
    stage,
    { kind, by, why: WHY, before, only, selection, corrected },
    work,
    desk,
  );
}

/** For the run's log. */
export function nameOf(command: Command): string {
  switch (command.kind) {
    case 'redrive':
    case 'discard':
      return `${command.kind} ${command.selection.kind}${command.corrected === undefined ? '' : ', corrected'}`;
    case 'overrule':
      return `${command.word} ${command.service}`;
    case 'erase':
      return `erase Patient/${command.id} of ${command.source}, ${command.shared}`;
    case 'lane':
      return `${command.word} ${command.lane}`;
    case 'incident':
      return `${command.word} ${command.scope}#${command.number}`;
  }
}
