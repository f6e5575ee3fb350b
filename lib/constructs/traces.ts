/** Traces of messages, off unless a collector is configured: then these functions load the recorder. */
import { ENV } from '../../telemetry/env-names.ts';
import type { Config } from '../config/config.ts';

/** The path of a message, from submission to delivery. */
const TRACED = ['validate', 'quarantine', 'deliver'];

/** Folders of functions/ that are traced. */
export function tracedFunctions({ traces }: Config): readonly string[] {
  return traces.endpoint === undefined ? [] : TRACED;
}

/** The environment variables of such a function. */
export function tracesEnvironment(config: Config, code: string): Record<string, string> {
  const { endpoint, ratio } = config.traces;
  if (endpoint === undefined || !TRACED.includes(code)) return {};
  return {
    [ENV.tracesEndpoint]: endpoint.replace(/\/+$/, ''),
    [ENV.tracesRatio]: String(ratio),
  };
}
