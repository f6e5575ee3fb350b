/** What to do about an error of the AWS SDK, or of the connection below it, in one line. */
import { type Cause, findCause, messageOf } from './causes.ts';

export interface Asked {
  readonly env: NodeJS.ProcessEnv;
  /** What was looked for, such as `queue NAME`. */
  readonly sought?: string | undefined;
  readonly stage?: string | undefined;
}

export interface AwsTrouble {
  /** `usage`: nothing was called, because the environment variables name no target. */
  readonly kind: 'usage' | 'target';
  readonly message: string;
}

const NO_TARGET =
  'no target: set AWS_REGION and credentials for AWS, or run `npm start` and set the variables that it prints';
const NO_REGION = /region is missing/i;
const NO_CREDENTIALS = /could not load credentials from any provider/i;
const NOT_THERE =
  /NonExistentQueue|QueueDoesNotExist|ResourceNotFound|NoSuchBucket|TableNotFound|NotFoundException/;
const REFUSED_CREDENTIALS =
  /^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|InvalidAccessKeyId|IncompleteSignature|AuthFailure)/;
const DENIED = /^(AccessDenied|Forbidden|UnauthorizedOperation)/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable/;
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Messages of an SDK or a parser for an answer that is not AWS's. */
const FOREIGN_ANSWER =
  /Deserialization error|^Unexpected token|is not valid JSON|char '.*' is not expected|Unclosed|UnknownError|Parse Error|^HPE_/;

/** Other codes of an address that cannot be used. */
const OF_AN_ADDRESS = /INVALID_URL|Invalid URL|ECONN|EPROTO|ENOTFOUND|protocol|hostname/i;

/** Undefined if the error has nothing to do with AWS. */
export function awsTrouble(error: unknown, asked: Asked): AwsTrouble | undefined {
  // The SDK's own error, if an error of ours was caused by it.
  const fault = errorOf(findCause(error, saysRequest) ?? error);
  const { name, message } = fault;
  const wrong = endpointTrouble(asked.env);
  if (wrong !== undefined && (isOfSdk(error) || OF_AN_ADDRESS.test(`${fault.code} ${message}`))) {
    return { kind: 'usage', message: wrong };
  }
  if (/CredentialsProviderError/.test(name) || NO_REGION.test(message)) {
    return { kind: 'usage', message: noTarget(message, asked.env['AWS_PROFILE']) };
  }
  const line = onTheWay(error, asked) ?? ofTheService(fault, asked);
  return line === undefined ? undefined : { kind: 'target', message: line };
}

/** @param message of the SDK; of credentials that a profile has, and that cannot be used, it says what to do */
function noTarget(message: string, profile: string | undefined): string {
  if (!NO_REGION.test(message) && !NO_CREDENTIALS.test(message)) {
    return `no credentials of profile ${profile ?? 'default'}: ${message}`;
  }
  return profile === undefined
    ? NO_TARGET
    : `${NO_TARGET} (of profile ${profile}, as AWS_PROFILE says: ${message})`;
}

/** Nothing answers, or it does not use the expected protocol. */
function onTheWay(error: unknown, { env }: Asked): string | undefined {
  const cause = findCause(error, ({ code }) => typeof code === 'string');
  const code = cause?.code ?? '';
  const where = endpointOf(env, cause);
  const at = where === undefined ? 'AWS' : `${where.url} (${where.variable})`;
  // The error's own text may quote the proxy's password.
  if (code === 'ERR_PROXY_TUNNEL')
    return 'the proxy that HTTPS_PROXY names does not let AWS through';
  if (UNREACHABLE.has(code) || /ECONNREFUSED/.test(messageOf(error))) {
    if (where === undefined)
      return `AWS cannot be reached (${code}): check AWS_REGION${env['HTTPS_PROXY'] || env['https_proxy'] ? ', HTTPS_PROXY' : ''} and the network`;
    return `nothing answers at ${at}: is \`npm start\` running there?`;
  }
  if (/SSL|TLS|^EPROTO$/.test(code) || /wrong version number/.test(messageOf(error))) {
    return `no secure connection to ${at}: ${code}${where === undefined ? '' : '; is it http:// there?'}`;
  }
  if (/CERT|SELF_SIGNED/.test(code)) return `the certificate of ${at} is not trusted: ${code}`;
  const isBroken = ['ECONNRESET', 'ETIMEDOUT', 'EPIPE'].includes(code) || /^HPE_/.test(code);
  if (isBroken && isOfSdk(error)) return `the connection to ${at} broke: ${code}${hint(where)}`;
  return undefined;
}

const hint = (where: Endpoint | undefined) =>
  where?.url.startsWith('http:') ? '; is it https:// there?' : '';

/** The service, or something else in its place, refuses. */
function ofTheService(fault: Fault, { env, sought, stage }: Asked): string | undefined {
  const { name, message, $metadata } = fault;
  const where = endpointOf(env);
  if (NOT_THERE.test(name)) {
    if (sought !== undefined)
      return `no ${sought} there: is this stage deployed in this account and region?`;
    return `no stack of stage ${stage ?? 'dev'} there: is it deployed in this account and region? (--stage names another)`;
  }
  if (!isOfSdk(fault)) return undefined;
  if (REFUSED_CREDENTIALS.test(name)) {
    return `AWS refuses the credentials (${name}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and the other variables, again`;
  }
  if (DENIED.test(name))
    return `not allowed${sought ? ` to read ${sought}` : ''}: ${message || name}`;
  if (THROTTLED.test(name)) return `AWS is too busy (${name}): try again in a moment`;
  if (name === 'TimeoutError') return `no answer in time from ${where?.url ?? 'AWS'}`;
  if (FOREIGN_ANSWER.test(`${name} ${message}`) || FOREIGN_ANSWER.test(message)) {
    const status = $metadata?.httpStatusCode;
    const said = status === undefined ? '' : ` (status ${status})`;
    return `the server at ${where?.url ?? 'AWS'} is not an AWS service${said}: ${where === undefined ? 'is there a proxy in between?' : `check ${where.variable}`}`;
  }
  return `${sought ?? 'AWS says'}: ${name}: ${message}`;
}

interface Fault extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function errorOf(error: unknown): Fault {
  return error instanceof Error ? error : new Error(String(error));
}

/** All errors of the SDK have the request that caused them. */
const saysRequest = (fault: Error) => '$metadata' in fault || '$response' in fault;

export function isOfSdk(error: unknown): boolean {
  return findCause(error, saysRequest) !== undefined;
}

/** Whether the service says that the credentials may not do that. */
export const isDenied = (error: unknown): boolean =>
  isOfSdk(error) && findCause(error, ({ name }) => DENIED.test(name)) !== undefined;

/** Whether the service says that there is no such thing. */
export const isMissing = (error: unknown): boolean =>
  isOfSdk(error) && findCause(error, ({ name }) => NOT_THERE.test(name)) !== undefined;

interface Endpoint {
  readonly variable: string;
  readonly url: string;
}

/**
 * The endpoint that the environment variables name in place of AWS's own.
 * @param cause decides between several, if it says where nothing answered
 */
function endpointOf(env: NodeJS.ProcessEnv, cause?: Cause): Endpoint | undefined {
  const names = Object.keys(env).filter((name) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && env[name]);
  // The variable for all services is the one that people set by hand.
  names.sort((a, b) => a.length - b.length);
  const there = names.find((name) => cause?.port !== undefined && isAt(env[name], cause.port));
  const variable = there ?? names[0];
  return variable === undefined ? undefined : { variable, url: env[variable] ?? '' };
}

const isAt = (url = '', port: number) => URL.canParse(url) && new URL(url).port === String(port);

/**
 * What is wrong with an endpoint in an environment variable; the SDK would report it in a parser's words.
 */
function endpointTrouble(env: NodeJS.ProcessEnv): string | undefined {
  for (const [variable, url = ''] of Object.entries(env)) {
    if (!/^AWS_ENDPOINT_URL(_|$)/.test(variable) || url === '') continue;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    // Quoted only if it cannot hold a password.
    const quoted = url.includes('@') ? '' : ` ${url}`;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      return `${variable}${quoted} is not an address: it must begin with http:// or https://, such as http://127.0.0.1:4566`;
    }
    const { pathname, search, hash, host, protocol } = parsed;
    if (pathname !== '/' || search !== '' || hash !== '') {
      return `${variable}${quoted} must end with its port: ${protocol}//${host}`;
    }
  }
  return undefined;
}
