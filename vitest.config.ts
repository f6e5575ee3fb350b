import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each of these files has a process of its own; all others share one for each core. */
const ISOLATED = [
  // It changes what modules import.
  'cli/plugin-command',
  // It makes the command line's clients, which are one for a process and go where its environment said first.
  'console/{acting,reading,local/*}',
  'cli/lane-command',
  // V8 may end a process in which a worker exhausts its heap.
  'packages/isolation/**/*',
];
const isolated = ISOLATED.map((name) => `test/${name}.test.ts`);

/** Files that wait for processes and for their messages' visibility. */
const WAITING = ['scenarios/', 'console/reading', 'cli/local-command', 'packages/local-lambda/'];
/** They begin first: none is left alone at the end. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLater = ({ moduleId }: TestSpecification) =>
      Number(!WAITING.some((name) => moduleId.includes(`/test/${name}`)));
    return (await super.sort(files)).toSorted((a, b) => isLater(a) - isLater(b));
  }
}

const beside = (path: string) => join(import.meta.dirname, path);
// What Node has compiled once (the SDK, the CDK, workers) is not compiled by each process anew.
process.env['NODE_COMPILE_CACHE'] ??= beside('node_modules/.cache/node-compile');

export default defineConfig({
  resolve: {
    alias: [{ find: /^.*\/entry-url\.ts$/, replacement: beside('test/support/entry-url.ts') }],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...{ name: 'shared', include: ['test/**/*.test.ts'], exclude: isolated, isolate: false },
          // Node itself loads the modules and removes their types, which takes a fifth less processor time than
          // modules that Vite has transformed. These tests cannot replace modules.
          experimental: { viteModuleRunner: false, nodeLoader: false },
          execArgv: ['--import', beside('test/support/replace-entry-url.ts')],
        },
      },
      { extends: true, test: { name: 'isolated', include: isolated } },
    ],
    globalSetup: ['temporary-folder', 'bundled-workers', 'built-plugins', 'world-plan'].map(
      (name) => `test/support/${name}.ts`,
    ),
    // Many tests wait for timers: with a process for each core the cores would be idle for a third of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: WaitingFirst },
    // A submission is judged by one run on a machine that may be busy: what fails there is tried once more, and
    // the reporter says so. At a desk nothing is.
    retry: process.env['CI'] ? 1 : 0,
    // A busy machine makes no test fail: these end only what hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    // Functions run in the tests' processes, some of them after their file has ended: those that died in a
    // scenario end when their invocation's time is up.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
    // Of `npm run test:core`. For all tests it would take a third more processor time.
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { 100: true },
    },
  },
});
