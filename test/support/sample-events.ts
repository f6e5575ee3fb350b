/** The sample events of events/<function>/<case>.json, with the names of a world's queues and bucket. */
import { readFile } from 'node:fs/promises';
import type { SQSEvent } from 'aws-lambda';
import type { World } from './world.ts';

export async function sampleEvent(path: string, world: World): Promise<SQSEvent> {
  const url = new URL(`../../events/${path}.json`, import.meta.url);
  const text = await readFile(url, 'utf8');
  return JSON.parse(text.replaceAll('fhir-failsafe-dev-', `fhir-failsafe-${world.stage}-`));
}
