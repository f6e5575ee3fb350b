/** Finds a message by id, as `message show` does. */
import { z } from 'zod';
import { DELIVERY_ENTRY, readEntry } from '../../aws/quarantine-entries.ts';
import { hintsUnknown } from '../../cli/message/describe.ts';
import { type FoundMessage, findMessages } from '../../cli/message/find.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import type { CliWords } from '../cli-words.ts';
import type { LifeView, Lives } from '../contract/message-lives.ts';
import { defined } from './entry.ts';
import { idSchema, parsedQuery } from './query.ts';

const querySchema = z.strictObject({ id: idSchema, slow: z.literal('1').exactOptional() });

/** Thrown if only a scan of whole tables could find it. The operator must ask for that. */
class WouldBeSlow extends Error {}

export async function livesView(
  stage: QuarantineStage,
  query: URLSearchParams,
  now: number,
  cli: CliWords,
): Promise<Lives> {
  const { id, slow } = parsedQuery(querySchema, query);
  try {
    const found = await findMessages(stage, id, () => {
      if (slow === undefined) throw new WouldBeSlow();
    });
    const lives = await Promise.all(found.map((one) => lifeView(stage, one, cli)));
    return { now, lives, slowWouldHelp: false, hints: lives.length === 0 ? hintsUnknown() : [] };
  } catch (error) {
    if (!(error instanceof WouldBeSlow)) throw error;
    return { now, lives: [], slowWouldHelp: true, hints: hintsUnknown() };
  }
}

async function lifeView(
  { quarantineTable }: QuarantineStage,
  { life, stored }: FoundMessage,
  cli: CliWords,
): Promise<LifeView> {
  const { messageId } = life;
  const possible = [messageId, `${DELIVERY_ENTRY}${messageId}`];
  const entries = await Promise.all(possible.map((id) => readEntry(quarantineTable, id)));
  return defined({
    ...life,
    steps: life.steps.map(defined),
    entries: entries.flatMap((entry) => (entry === undefined ? [] : [entry.pk])),
    stored: stored !== undefined,
    commandLine: cli('message', 'show', messageId),
  });
}
