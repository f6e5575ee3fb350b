/**
 * `npm run` starts a script in the package's folder, wherever it is called. Paths on the command
 * line are relative to the caller's folder, and the file of unsent resources is written there too.
 * https://docs.npmjs.com/cli/commands/npm-run-script
 */
export function goToCallersFolder(
  { npm_lifecycle_event: script, INIT_CWD: folder }: NodeJS.ProcessEnv,
  go: (folder: string) => void = process.chdir,
): void {
  if (script === 'cli' && folder !== undefined) go(folder);
}
