/** Lets fauxqs refuse the calls that a function's role may not make, in the words of SQS, SNS and S3. */
import type { buildApp } from 'fauxqs';
import { escaped } from '../emulators/object-xml.ts';
import { arn, nameOfArn } from '../template/account.ts';
import { callerOf } from './caller.ts';
import { deletesMany, withErrors, withoutRefused } from './deletions.ts';
import { askedOfAbsentKey, askedOfS3, type ObjectCall } from './object-calls.ts';
import type { Asked, Permissions, Refusal } from './permissions.ts';

type App = ReturnType<typeof buildApp>;
type Texts = Readonly<Record<string, string | undefined>>;

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

type Refuse = (refusal: Refusal) => Answer;

/** Adds it to an app before its other hooks. */
export function guardCalls(app: App, permissions: Permissions): void {
  /** By a request that deletes many objects: the XML of those that stay. */
  const staying = new WeakMap<object, string>();

  app.addHook('preHandler', async (request, reply) => {
    const caller = callerOf(request);
    if (!caller) return undefined;
    const call = objectCallOf(request);
    if (deletesMany(call)) {
      const { left, errors } = withoutRefused(String(request.body), call.bucket, (asked) => {
        const refusal = permissions.refusalOf(caller, asked);
        return refusal && inXml('AccessDenied', refusal.message);
      });
      request.body = left;
      staying.set(request, errors);
      return undefined;
    }
    const { asked, refuse } = understood(request);
    for (const one of asked) {
      const refusal = permissions.refusalOf(caller, one);
      if (!refusal) continue;
      const { status, type, headers = {}, body } = refuse(refusal);
      return reply.status(status).type(type).headers(headers).send(body);
    }
    return undefined;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const errors = staying.get(request);
    if (errors) return withErrors(String(payload), errors);
    const call = objectCallOf(request);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (reply.statusCode !== 404 || !isRead || call.key === '') return payload;
    if ('versionId' in call.query) return payload;
    const refusal = permissions.refusalOf(callerOf(request), askedOfAbsentKey(call));
    if (!refusal) return payload;
    reply.status(403).type('application/xml').removeHeader('content-length');
    return request.method === 'HEAD' ? '' : refuseS3(refusal).body;
  });
}

function understood(request: Request): { asked: Asked[]; refuse: Refuse } {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    return { asked: askedOfSqs(target, request.body as Texts), refuse: refuseSqs };
  }
  const { Action } = (request.body ?? {}) as Texts;
  if (request.method === 'POST' && request.url === '/' && Action !== undefined) {
    return { asked: askedOfSns(Action, request.body as Texts), refuse: refuseSns };
  }
  return { asked: askedOfS3(objectCallOf(request)), refuse: refuseS3 };
}

/** A batch needs the permission of its single action. */
const BATCHES = /(?<=^(?:SendMessage|DeleteMessage|ChangeMessageVisibility|Publish))Batch$/;

function askedOfSqs(target: string, body: Texts): Asked[] {
  const action = target.replace('AmazonSQS.', '').replace(BATCHES, '');
  const { QueueUrl, QueueName = '*' } = body;
  const name = QueueUrl === undefined ? QueueName : nameOfArn(QueueUrl);
  return [{ action: `sqs:${action}`, resource: arn('sqs', name) }];
}

function askedOfSns(action: string, { TopicArn = '*' }: Texts): Asked[] {
  // Of STS, every caller may ask who it is.
  if (action === 'GetCallerIdentity') return [];
  return [{ action: `sns:${action.replace(BATCHES, '')}`, resource: TopicArn }];
}

function objectCallOf({ method, headers, params, query }: Request): ObjectCall {
  const { bucket = '', '*': key = '' } = (params ?? {}) as Texts;
  return { method, bucket, key, query: query as Texts, headers };
}

const refuseSqs: Refuse = ({ message, ofKey }) => {
  const [type, older] = ofKey
    ? ['com.amazonaws.sqs#KmsAccessDenied', 'KMS.AccessDeniedException']
    : ['com.amazon.coral.service#AccessDeniedException', 'AccessDenied'];
  return {
    status: ofKey ? 400 : 403,
    type: 'application/x-amz-json-1.0',
    headers: { 'x-amzn-query-error': `${older};Sender` },
    body: JSON.stringify({ __type: type, message }),
  };
};

const refuseSns: Refuse = ({ message, ofKey }) => {
  const code = ofKey ? 'KMSAccessDenied' : 'AuthorizationError';
  const error = `<Error><Type>Sender</Type>${inXml(code, message)}</Error>`;
  return {
    status: ofKey ? 400 : 403,
    type: 'text/xml',
    body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}</ErrorResponse>`,
  };
};

const refuseS3: Refuse = ({ message }) => ({
  status: 403,
  type: 'application/xml',
  body: `<Error>${inXml('AccessDenied', message)}</Error>`,
});

function inXml(code: string, message: string): string {
  return `<Code>${code}</Code><Message>${escaped(message)}</Message>`;
}
