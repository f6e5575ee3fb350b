import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complain } from '../../terminal/print.ts';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Writes the page to the given path, readable by you alone; returns the path. */
export async function writePage(file: string, html: string): Promise<string> {
  await writeFile(file, html, { mode: 0o600 });
  return file;
}

/** Writes it into a folder of its own, and asks the system to open it; returns the path. */
export async function showPage(day: string, html: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fhir-failsafe-report-'));
  const file = await writePage(join(folder, `${day}.html`), html);
  const [opener, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const shown = spawn(opener, [...args, file], { stdio: 'ignore', detached: true });
  try {
    await once(shown, 'spawn');
    shown.unref();
  } catch {
    complain(`${opener} is not installed to open it; the page is in the file below`);
  }
  return file;
}
