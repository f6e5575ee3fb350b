import { scoped } from '../telemetry/invocation.ts';
import { Tally } from '../telemetry/tally.ts';
import type { Emitter, Handler, Telemetry } from '../telemetry/telemetry.ts';

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Drops all telemetry. */
export const quietTelemetry: Telemetry = {
  logger,
  tally: (messages) => new Tally(messages, nothing, logger),
  measure: nothing,
  measureSince: nothing,
  emit: nothing,
  handler<E, R>(_emitter: Emitter, handle: Handler<E, R>): Handler<E, R> {
    return (event, context) => scoped(() => handle(event, context));
  },
};

/** Drops all telemetry but the counts of what happened, which a checker compares with the services. */
export const telemetryOf = (counted: (metric: string, count: number) => void): Telemetry => ({
  ...quietTelemetry,
  tally: (messages) => new Tally(messages, counted, logger),
});
