/**
 * `npm run bench:console`: what the console's page costs. 10,000 messages go through `npm start` in turn with no page
 * and with one that is open, whose frames are counted; then a page is shown an hour of snapshots, and what it holds is
 * weighed before and after. Goals: at most 5 % slower, 60 frames a second, memory flat.
 *
 * `ROUNDS=0` leaves the runs out. The browser draws without a graphics card here, on the processors that the pipeline needs: a viewer's own machine
 * has more of both.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { bundlePage } from '../console/page/bundle.ts';
import { openBrowser, openPage } from '../test/console/browser/support/browser.ts';
import { startFakeServer } from '../test/console/page/support/fake-server.ts';
import { nightStage } from '../test/console/page/support/night.ts';
import { median } from './median.ts';
import { noWords } from './words.ts';

noWords();

const ROOT = join(import.meta.dirname, '..');
const COUNT = process.env['COUNT'] ?? '10000';
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/;

interface Summary {
  readonly elapsedMs: number;
}

/**
 * One run. Stops the pipeline once all messages have ended, because `--once` opens no console.
 * @param onAddress called with the console's address when it is printed
 */
async function runOnce(onAddress?: (address: string) => Promise<void>): Promise<number> {
  const words = ['run', '--silent', 'start', '--', '--json', '--count', COUNT];
  const child = spawn('npm', words, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close');
  let opened: Promise<void> | undefined;
  createInterface(child.stderr).on('line', (line) => {
    const address = ADDRESS.exec(line)?.[0];
    // It is printed again at the end.
    if (address !== undefined) opened ??= onAddress?.(address);
  });
  const summary = once(createInterface(child.stdout), 'line');
  const first = await Promise.race([summary, ended]);
  await opened;
  if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await ended;
  return (JSON.parse(String(first[0])) as Summary).elapsedMs;
}

/** Counts frames in the page, a number a second. */
const COUNT_FRAMES = `
  globalThis.frames_ = [];
  let count = 0;
  const tick = () => { count += 1; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  setInterval(() => { globalThis.frames_.push(count); count = 0; }, 1000);
`;

async function framesOf(page: Page): Promise<number[]> {
  return (await page.evaluate('globalThis.frames_')) as number[];
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

async function runWatched(browser: Browser): Promise<{ ms: number; frames: number[] }> {
  let page: Page | undefined;
  let frames: number[] = [];
  const ms = await runOnce(async (address) => {
    ({ page } = await openPage(browser, address));
    await page.evaluate(COUNT_FRAMES);
    const reading = setInterval(async () => {
      frames = await framesOf(page as Page).catch(() => frames);
    }, 1_000);
    page.on('close', () => clearInterval(reading));
  });
  await page?.context().close();
  return { ms, frames };
}

const LOOKED_MS = 10_000;

/** Shows the page with no pipeline running. */
async function anIdleMachine(browser: Browser): Promise<void> {
  const server = await startFakeServer(
    await bundlePage(),
    nightStage(() => Date.now()),
  );
  const { page } = await openPage(browser, server.address);
  await page.evaluate(COUNT_FRAMES);
  await page.waitForTimeout(LOOKED_MS);
  const frames = await framesOf(page);
  console.log(
    `${'frames a second, no run, median and least'.padEnd(44)}${median(frames)} ${Math.min(...frames)}`,
  );
  await page.context().close();
  await server.close();
}

const HOUR_MS = 3_600_000;
/** An hour of snapshots is shown this many times faster than real time. */
const FASTER = 100;

async function anHour(browser: Browser): Promise<void> {
  const began = Date.now();
  const stage = nightStage(() => began + (Date.now() - began) * FASTER);
  stage.hello = { ...stage.hello, everyMs: 1_000 / FASTER };
  const server = await startFakeServer(await bundlePage(), stage);
  const { page } = await openPage(browser, server.address);
  const weigh = async (when: string) => {
    console.log(`${when.padEnd(44)}${((await heapBytes(page)) / 1e6).toFixed(1).padStart(7)} MB`);
  };
  // By then everything that the page keeps is full.
  await page.waitForTimeout(HOUR_MS / FASTER / 3);
  await weigh('held after 20 minutes of snapshots');
  await page.waitForTimeout((HOUR_MS / FASTER / 3) * 2);
  await weigh('held after an hour');
  await page.context().close();
  await server.close();
}

function show(name: string, timesMs: readonly number[], base: number): void {
  const seconds = (median(timesMs) / 1_000).toFixed(2).padStart(7);
  const all = timesMs.map((ms) => (ms / 1_000).toFixed(2)).join(' ');
  console.log(
    `${name.padEnd(44)}${seconds} s  ${(median(timesMs) / base).toFixed(2)} ×   (${all})`,
  );
}

async function besideRuns(browser: Browser): Promise<void> {
  const [alone, watched, frames]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await runOnce());
    const run = await runWatched(browser);
    watched.push(run.ms);
    frames.push(...run.frames);
  }
  show(`${COUNT} messages, nobody looks`, alone, median(alone));
  show(`${COUNT} messages, a page is open`, watched, median(alone));
  console.log(
    `${'frames a second, median and least'.padEnd(44)}${median(frames)} ${Math.min(...frames)}`,
  );
}

const browser = await openBrowser();
try {
  await anIdleMachine(browser);
  await anHour(browser);
  if (ROUNDS > 0) await besideRuns(browser);
} finally {
  await browser.close();
}
