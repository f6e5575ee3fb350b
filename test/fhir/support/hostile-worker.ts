/** Validates each text that it is sent, as the isolated workers of the pipeline do. */
import { parentPort } from 'node:worker_threads';
import { validateText } from '../../../fhir/validator.ts';

export interface Answer {
  /** What was thrown, if anything was. */
  readonly thrown?: string;
  readonly errors: number;
  readonly ms: number;
}

parentPort?.on('message', (text: string) => {
  const started = performance.now();
  const answer = (errors: number, thrown?: string): Answer => ({
    errors,
    ms: performance.now() - started,
    ...(thrown === undefined ? {} : { thrown }),
  });
  try {
    const { issues } = validateText(text);
    parentPort?.postMessage(answer(issues.filter(({ severity }) => severity === 'error').length));
  } catch (error) {
    parentPort?.postMessage(answer(0, String(error)));
  }
});
