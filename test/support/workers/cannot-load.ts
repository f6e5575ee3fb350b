import { isMainThread } from 'node:worker_threads';

// A process of its own would print its stack among the lines of the tests.
if (isMainThread) process.exit(1);
throw new Error('this worker cannot load');
