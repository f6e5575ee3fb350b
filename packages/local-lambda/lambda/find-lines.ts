import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LogLine } from './platform-log.ts';

const LINES_MAX = 1_000;

/** Lines in the logs of a folder that contain this text, by function and in order. */
export async function findLines(
  directory: string,
  text: string,
): Promise<Omit<LogLine, 'logStream'>[]> {
  const found: Omit<LogLine, 'logStream'>[] = [];
  const files = (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
  for (const file of files) {
    const functionName = file.slice(0, -'.log'.length);
    for await (const line of createInterface(createReadStream(join(directory, file)))) {
      if (line.includes(text)) found.push({ functionName, line });
      if (found.length === LINES_MAX) return found;
    }
  }
  return found;
}
