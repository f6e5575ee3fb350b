/** `node cli/main.ts …`: a link to this file, so that an old Node can report which version is needed. */
process.argv.splice(2, 0, 'cli/program.ts');
await import('../terminal/run.mjs');
