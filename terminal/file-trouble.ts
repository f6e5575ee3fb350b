/** What to do about an error of the file system, or about what could not be loaded, in one line. */
import { relative } from 'node:path';
import { type Cause, findCause, messageOf } from './causes.ts';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not use it (permissions)',
  EPERM: 'this user may not do that (permissions)',
  ENOSPC: 'no space is left on that disk',
  EDQUOT: "this user's share of that disk is used up",
  EROFS: 'that file system cannot be written to',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'something with that name exists already',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links form a circle',
  EBUSY: 'another program is using it',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk could not read or write it',
};

export interface Surroundings {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Undefined if the error is of another kind. */
export function fileTrouble(error: unknown, where: Surroundings): string | undefined {
  return ofFile(error, where) ?? ofModule(error, where) ?? ofExport(error) ?? ofSource(error);
}

/** The reason in words, for a code of the system; undefined for one that no file system gives. */
export function whyOf(error: unknown): string | undefined {
  return WHY[findCause(error, ({ code = '' }) => code in WHY)?.code ?? ''];
}

function ofFile(error: unknown, { env }: Surroundings): string | undefined {
  const fault = findCause(error, ({ code = '', syscall }) => code in WHY && syscall !== undefined);
  if (fault === undefined) return undefined;
  const { code = '', path, syscall } = fault;
  if (syscall?.startsWith('spawn')) return `${path ?? 'a program'} cannot be run: ${code}`;
  if (syscall === 'mkdtemp') {
    const variable = env['TMPDIR'] === undefined ? 'set TMPDIR' : `TMPDIR is ${env['TMPDIR']}`;
    return `no temporary folder can be made: ${WHY[code]} (${variable})`;
  }
  return path === undefined ? `${WHY[code]} (${code})` : `${path}: ${WHY[code]}`;
}

function ofModule(error: unknown, { root }: Surroundings): string | undefined {
  const fault = findCause(error, ({ code = '' }) =>
    ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(code),
  );
  if (fault === undefined) return undefined;
  // A path may contain quotes and spaces.
  const [, missing = '', importer = ''] =
    /'(.+?)'(?: imported from (.+)|[.,;]|$)/m.exec(fault.message) ?? [];
  if (/fhir-validator[\\/]generated|[\\/]build[\\/]/.test(missing)) {
    return 'the validator is not built yet: run `npm run build`';
  }
  if (importer.endsWith('failsafe.config.ts')) {
    return `failsafe.config.ts: there is no ${missing.startsWith('/') ? relative(root, missing) : missing} to import`;
  }
  return `${missing || 'a package'} is not installed: run \`npm ci\``;
}

/** The config exports nothing; the engine blames the file that imports it. */
function ofExport(error: unknown): string | undefined {
  const fault = findCause(error, ({ message }) =>
    /failsafe\.config\.ts' does not provide an export named 'default'/.test(message),
  );
  if (fault === undefined) return undefined;
  return 'failsafe.config.ts must export its settings: export default { … }';
}

/** A mistake in the one source file that users write: in its syntax, or thrown while it was loaded. */
function ofSource(error: unknown): string | undefined {
  const fault = findCause(error, ({ stack = '' }) => placeOf(stack) !== undefined);
  if (fault === undefined) return undefined;
  const line = placeOf(fault.stack ?? '');
  const { name } = fault;
  return `failsafe.config.ts, line ${line}: ${name === 'Error' ? '' : `${name}: `}${messageOf(withoutFrame(fault))}`;
}

/** The parser's message has the line with a mark below it, above the text. */
function withoutFrame({ message }: Cause): string {
  return message.replace(/^[\s\S]*?\n\s*\^+\s*\n/, '').replace(/^\s*x /, '');
}

/** Only if the file comes first: its author is not to blame for what it calls in our own modules. */
function placeOf(stack: string): string | undefined {
  const first = stack.split('\n').find((line) => /\.[cm]?[jt]s:\d+/.test(line)) ?? '';
  return /failsafe\.config\.ts:(\d+)/.exec(first)?.[1];
}
