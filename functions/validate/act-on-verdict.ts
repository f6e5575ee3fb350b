/** What follows from a verdict, whether the resource ran in a batch or alone. */
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { type Crash, countPluginCrashes } from './crashes.ts';
import {
  asStoredBefore,
  type Earlier,
  earlierDeliveries,
  publishEntered,
  publishStored,
  reject,
  store,
  type Unanswered,
} from './endings.ts';
import type { ValidateParts } from './parts.ts';
import type { Validated } from './validate-loaded.ts';

export interface Follow<E> {
  readonly tally: Tally;
  readonly unanswered: Unanswered;
  /** How far earlier deliveries came. If this is not known, a valid one asks its entry. */
  readonly earlier?: Earlier | undefined;
  /** Stored at that time, epoch ms, but not yet published. */
  readonly onStored?: (storedAt: number) => Promise<unknown>;
  readonly onCrash: (crash: Crash) => Promise<E>;
  /** Only a batch has slow ones. */
  readonly onSlow?: () => Promise<E>;
}

/**
 * Stores or rejects it, or acts on its crash. `late` means that there was no time for a verdict. Throws
 * on a fault of our infrastructure.
 */
export async function actOnVerdict<E>(
  parts: ValidateParts,
  validated: Validated,
  { tally, unanswered, earlier, onStored, onCrash, onSlow }: Follow<E>,
): Promise<'done' | 'late' | E> {
  const { submission, text = '', refusal } = validated;
  const { writes } = parts;
  countPluginCrashes(parts, tally, submission.provenance.origin, validated.verdict);
  const verdict = await asStoredBefore(parts, validated);
  switch (verdict.kind) {
    case 'valid': {
      if ((earlier ?? (await earlierDeliveries(parts, submission))) === 'ended') {
        await publishEntered(parts, submission);
        return 'done';
      }
      const storedAt = await writes(() =>
        store(parts, submission, { valid: verdict, text }, unanswered),
      );
      await onStored?.(storedAt);
      await publishStored(parts, submission, { issues: verdict.issues, storedAt });
      tally.add('Valid');
      return 'done';
    }
    case 'invalid':
      await writes(() => reject(parts, validated, verdict.issues, unanswered));
      if (refusal !== undefined) tally.add('SenderRefused');
      tally.add('Invalid');
      return 'done';
    case 'crash':
      return onCrash(verdict);
    case 'no-verdict':
      if (verdict.because === 'component-fault') throw new ComponentFault(verdict.reason);
      return verdict.because === 'slow' && onSlow !== undefined ? onSlow() : 'late';
  }
}
