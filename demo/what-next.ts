/** What can be done with the running pipeline: the environment variables for it, and the commands. */
import type { Submission } from './pipeline.ts';
import type { Submitter } from './submitter.ts';

/**
 * @param exports environment variables that point the SDK, and so the CLI, at this runtime
 * @param page the console's address
 */
export function whatNext(
  exports: Readonly<Record<string, string>>,
  { stage, submitter }: Submission,
  page?: string,
): string {
  const settings = Object.entries(exports).map(([name, value]) => `  export ${name}=${value}`);
  const at = stage === 'dev' ? '' : ` --stage ${stage}`;
  const cli = (command: string, note: string) =>
    `${`  npm run cli -- ${command}`.padEnd(41)} # ${note}`;
  return [
    ...(page === undefined ? [] : [`Look at it, and break something: ${page}`]),
    'It stays up for your own resources. In another terminal:',
    ...settings,
    cli(`submit yours.ndjson${at}${asSource(submitter)}`, 'or .json, a Bundle, .gz'),
    ...(submitter.accessKeyId === undefined
      ? []
      : [`  # as its sender: put AWS_ACCESS_KEY_ID=${submitter.accessKeyId} before that command`]),
    cli('validate yours.ndjson', 'needs no pipeline'),
    cli(`quarantine list${at}`, 'what was rejected or dead-lettered, by reason'),
    cli(`incident list${at}`, 'what paged; also show, ack, resolve'),
    cli(`lane list${at}`, 'also pause, resume'),
    cli(`report${at}`, 'the day so far, a minute old; also --open, --csv'),
    cli(`audit verify${at}`, 'that the record of all this is whole'),
    cli('local kill validate-background', 'kill what runs there: no message is lost'),
    'From now on each ending is printed here. Ctrl-C stops everything.',
  ].join('\n');
}

function asSource({ source }: Submitter): string {
  return source === 'default' ? '' : ` --source '${source}'`;
}
