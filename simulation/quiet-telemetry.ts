import { scoped } from '../telemetry/invocation.ts';
import { Tally } from '../telemetry/tally.ts';
import type { Handler, Speaker, Telemetry } from '../telemetry/telemetry.ts';

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Drops all telemetry: checkers look only at the services. */
export const quietTelemetry: Telemetry = {
  logger,
  tally: (messages) => new Tally(messages, nothing, logger),
  measure: nothing,
  measureSince: nothing,
  emit: nothing,
  handler<E, R>(_speaker: Speaker, handle: Handler<E, R>): Handler<E, R> {
    return (event, context) => scoped(() => handle(event, context));
  },
};
