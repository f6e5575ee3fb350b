/** `node cli/main.ts …`, a link to this file, by which an old Node can say which one is needed. */
process.argv.splice(2, 0, 'cli/program.ts');
await import('../terminal/run.mjs');
