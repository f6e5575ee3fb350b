/** Validates each text that it gets, as the isolated workers of the pipeline do. */
import { parentPort } from 'node:worker_threads';
import { validateText } from '../../../../packages/fhir-validator/validator.ts';

export interface Answer {
  /** The error, if one was thrown. */
  readonly thrown?: string;
  readonly errors: number;
  /** Processor time of the worker, without other load of the machine. */
  readonly ms: number;
}

parentPort?.on('message', (text: string) => {
  const started = process.threadCpuUsage();
  const answer = (errors: number, thrown?: string): Answer => ({
    errors,
    ms: millisecondsSince(started),
    ...(thrown === undefined ? {} : { thrown }),
  });
  try {
    const { issues } = validateText(text);
    parentPort?.postMessage(answer(issues.filter(({ severity }) => severity === 'error').length));
  } catch (error) {
    parentPort?.postMessage(answer(0, String(error)));
  }
});

function millisecondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1000;
}
