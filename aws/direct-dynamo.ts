/**
 * A client of DynamoDB for what this code does a million times: calls of one item, and queries. They go by
 * the shortest way that keeps what the SDK promises: its credentials, its endpoint, its connections and
 * timeouts, its retries and its errors. Left out is the rest of its stack, which takes several times the CPU
 * of the request itself (docs/benchmarks.md, "CPU of a healthy message"). All other commands take the SDK's
 * way, and so does everything that somebody added a middleware to.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { countThrottle } from '../telemetry/throttles.ts';
import { type AttributeMap, fromAttributes, toAttributes } from './attribute-values.ts';
import { type Machine, pause } from './machine.ts';
import { Signer } from './signature.ts';

const OPERATIONS = new Map<unknown, string>([
  [DeleteCommand, 'DeleteItem'],
  [GetCommand, 'GetItem'],
  [PutCommand, 'PutItem'],
  [QueryCommand, 'Query'],
  [UpdateCommand, 'UpdateItem'],
]);
/** Members of requests and answers that hold attributes by name. */
const ATTRIBUTES = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;
const ANSWERED = ['Item', 'Attributes', 'LastEvaluatedKey'] as const;

type Json = Record<string, unknown>;
type Failure = Parameters<typeof isThrottlingError>[0];

interface Place {
  readonly url: URL;
  readonly signer: Signer;
}

export class DirectDynamo extends DynamoDBDocumentClient {
  readonly #machine: Pick<Machine, 'now' | 'later'>;
  #place: Place | undefined;
  #isChanged = false;

  constructor(client: DynamoDBClient, machine: Pick<Machine, 'now' | 'later'>) {
    super(client, { marshallOptions: { removeUndefinedValues: true } });
    this.#machine = machine;
    // The types of `send` are overloaded, so it cannot be overridden by a method.
    const bySdk = super.send.bind(this) as (...args: readonly unknown[]) => Promise<unknown>;
    const send = (command: UpdateCommand, ...options: readonly unknown[]) => {
      const operation = OPERATIONS.get(command.constructor);
      const isPlain = options.length === 0 && !this.#isChanged && isUnchanged(command);
      if (operation === undefined || !isPlain) return bySdk(command, ...options);
      return this.#call(operation, command.input as unknown as Json);
    };
    this.send = send as unknown as typeof this.send;
    this.#watchStack();
  }

  #watchStack(): void {
    const { middlewareStack: stack } = this;
    for (const name of ['add', 'addRelativeTo'] as const) {
      const original = stack[name] as (...args: readonly unknown[]) => void;
      stack[name] = (...args: readonly unknown[]) => {
        this.#isChanged = true;
        original(...args);
      };
    }
  }

  async #call(operation: string, input: Json): Promise<Json> {
    const request = { ...input };
    for (const name of ATTRIBUTES) {
      if (request[name] !== undefined) request[name] = toAttributes(request[name] as Json);
    }
    const body = JSON.stringify(request);
    const strategy = await this.config.retryStrategy();
    if (!('acquireInitialRetryToken' in strategy)) throw new TypeError('a former retry strategy');
    let token = await strategy.acquireInitialRetryToken('');
    for (;;) {
      try {
        const answer = await this.#try(operation, body);
        strategy.recordSuccess(token);
        return answer;
      } catch (caught) {
        const error = caught as Failure;
        const errorType = typeOf(error);
        if (errorType === 'THROTTLING') countThrottle();
        const attempts = token.getRetryCount() + 1;
        token = await strategy.refreshRetryTokenForRetry(token, { error, errorType }).catch(() => {
          error.$metadata = { ...error.$metadata, attempts };
          throw error;
        });
        const pauseMs = token.getRetryDelay();
        if (pauseMs > 0) await pause(this.#machine, pauseMs);
      }
    }
  }

  async #try(operation: string, body: string): Promise<Json> {
    this.#place ??= await this.#find();
    const { url, signer } = this.#place;
    const credentials = await this.config.credentials();
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      host: url.host,
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const { response } = await this.config.requestHandler.handle({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      headers: signer.sign(headers, body, credentials, this.#machine.now()),
      body,
    } as Parameters<typeof this.config.requestHandler.handle>[0]);
    const text = await textOf(response.body as NodeJS.ReadableStream);
    if (response.statusCode !== 200) throw refusal(response.statusCode, response.headers, text);
    return answerIn(text);
  }

  async #find(): Promise<Place> {
    const { config } = this;
    const Region = await config.region();
    const configured = await config.serviceConfiguredEndpoint?.();
    const [UseFIPS, UseDualStack] = await Promise.all([
      config.useFipsEndpoint(),
      config.useDualstackEndpoint(),
    ]);
    const url =
      configured === undefined
        ? config.endpointProvider({ Region, UseFIPS, UseDualStack }).url
        : new URL(configured);
    return { url, signer: new Signer(Region, 'dynamodb') };
  }
}

const isUnchanged = ({ middlewareStack }: UpdateCommand) => middlewareStack.identify().length === 0;

function answerIn(text: string): Json {
  const answer = JSON.parse(text) as Json;
  for (const name of ANSWERED) {
    if (answer[name] !== undefined) answer[name] = fromAttributes(answer[name] as AttributeMap);
  }
  const items = answer['Items'] as AttributeMap[] | undefined;
  if (items !== undefined) answer['Items'] = items.map(fromAttributes);
  return answer;
}

function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      text += part;
    });
    stream.once('end', () => resolve(text));
    stream.once('error', reject);
  });
}

/** The SDK's error of that name. An answer that is no JSON comes from something before the service. */
function refusal(
  httpStatusCode: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): DynamoDBServiceException {
  const said = parsed(text);
  const name = String(said['__type'] ?? 'UnknownError').replace(/^.*#/, '');
  const message = String(said['message'] ?? said['Message'] ?? name);
  const $metadata = { httpStatusCode, requestId: headers['x-amzn-requestid'] ?? '' };
  if (name === 'ConditionalCheckFailedException') {
    return new ConditionalCheckFailedException({ message, $metadata });
  }
  const $fault = httpStatusCode < 500 ? 'client' : 'server';
  return new DynamoDBServiceException({ name, $fault, $metadata, message });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

function typeOf(error: Failure) {
  if (isThrottlingError(error)) return 'THROTTLING';
  if (isTransientError(error)) return 'TRANSIENT';
  return isServerError(error) ? 'SERVER_ERROR' : 'CLIENT_ERROR';
}
