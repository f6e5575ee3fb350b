/** A page in front of a fake stage, and what every test asks of it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { PageFiles } from '../../../../console/contract/page-files.ts';
import { bundlePage } from '../../../../console/page/bundle.ts';
import { type FakeServer, startFakeServer } from '../../page/support/fake-server.ts';
import type { FakeStage } from '../../page/support/fake-stage.ts';
import { openBrowser, openPage } from './browser.ts';

let browser: Browser;
let files: PageFiles;

/** To be called by each file that looks. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await openBrowser();
    files = await bundlePage();
  });
  afterAll(() => browser?.close());
}

interface Looking {
  readonly page: Page;
  readonly stage: FakeStage;
  readonly server: FakeServer;
  /** Goes where an address of the page leads. */
  readonly go: (hash: string) => Promise<void>;
}

/** Opens the page, looks, and holds that it complained of nothing and asked nobody else. */
export async function look(
  stage: FakeStage,
  at: (looking: Looking) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const server = await startFakeServer(files, stage);
  const { page, complaints } = await openPage(browser, server.address, options);
  const go = async (hash: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  };
  try {
    await at({ page, stage, server, go });
    expect(complaints).toEqual([]);
  } finally {
    await page.context().close();
    await server.close();
  }
}
