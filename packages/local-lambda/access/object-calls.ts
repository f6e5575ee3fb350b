/** What S3 must allow for a request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
import { ACCOUNT } from '../template/account.ts';
import type { Asked } from './permissions.ts';

export interface ObjectCall {
  readonly method: string;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Headers of a put that need a permission of their own. */
const PUT_WITH: Readonly<Record<string, string>> = {
  'x-amz-acl': 's3:PutObjectAcl',
  'x-amz-tagging': 's3:PutObjectTagging',
  'x-amz-object-lock-mode': 's3:PutObjectRetention',
  'x-amz-object-lock-legal-hold': 's3:PutObjectLegalHold',
};

/** Parts of an object that are read and written by themselves. */
const PARTS: Readonly<Record<string, string>> = {
  acl: 'Acl',
  tagging: 'Tagging',
  retention: 'Retention',
  'legal-hold': 'LegalHold',
};

export function askedOfS3(call: ObjectCall): Asked[] {
  const { method, bucket, key, query, headers } = call;
  if (key === '') return askedOfBucket(call);
  const on = (action: string) => onObject(action, bucket, key);
  const version = query['versionId'] === undefined ? '' : 'Version';
  const [part] = Object.keys(PARTS).filter((name) => name in query);
  if (part !== undefined) {
    const verb = method === 'PUT' ? 'Put' : method === 'DELETE' ? 'Delete' : 'Get';
    return [on(`s3:${verb}Object${version}${PARTS[part]}`)];
  }
  if (method === 'DELETE') {
    return [
      on(query['uploadId'] === undefined ? `s3:DeleteObject${version}` : 's3:AbortMultipartUpload'),
    ];
  }
  if (method === 'PUT' || method === 'POST') {
    const more = Object.keys(PUT_WITH).filter((name) => headers[name] !== undefined);
    return [
      on('s3:PutObject'),
      ...more.map((name) => on(PUT_WITH[name] ?? '')),
      ...copied(headers),
    ];
  }
  return [
    on(query['uploadId'] === undefined ? `s3:GetObject${version}` : 's3:ListMultipartUploadParts'),
  ];
}

/** To say that a key is absent, and not forbidden, S3 asks whether the caller may list the bucket. */
export function askedOfAbsentKey({ bucket, key }: ObjectCall): Asked {
  return list('s3:ListBucket', bucket, key);
}

function askedOfBucket({ method, bucket, query }: ObjectCall): Asked[] {
  if (method !== 'GET' && method !== 'HEAD') {
    return [{ action: `s3:${method}Bucket`, resource: bucketArn(bucket) }];
  }
  const action = 'versions' in query ? 's3:ListBucketVersions' : 's3:ListBucket';
  return [list(action, bucket, query['prefix'])];
}

function copied(headers: ObjectCall['headers']): Asked[] {
  const source = headers['x-amz-copy-source'];
  if (typeof source !== 'string') return [];
  const [path = '', version = ''] = decodeURIComponent(source).split('?versionId=');
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.*)$/s.exec(path) ?? [];
  return [onObject(version === '' ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key)];
}

const bucketArn = (name: string) => `arn:${ACCOUNT.partition}:s3:::${name}`;

export function onObject(action: string, bucket: string, key: string): Asked {
  const within = bucketArn(bucket);
  return { action, resource: `${within}/${key}`, within };
}

function list(action: string, bucket: string, prefix: string | undefined): Asked {
  const context = (name: string) =>
    name === 's3:prefix' && prefix !== undefined ? [prefix] : undefined;
  return { action, resource: bucketArn(bucket), context };
}
