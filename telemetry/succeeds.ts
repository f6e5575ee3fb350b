import { faultOf, logger, type Tally } from './telemetry.ts';

/** True where it went well; a fault of our own is counted, and the messages come again (R09). */
export async function succeeds(about: string, run: () => Promise<void>, tally: Tally) {
  try {
    await run();
    return true;
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', { about, ...faultOf(fault) });
    return false;
  }
}
