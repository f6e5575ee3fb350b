/** The account that everything local lives in. */
export const ACCOUNT = {
  id: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;

/** An ARN in the local account. `resource` is what follows the account, as in `function:NAME`. */
export function arn(service: string, resource: string): string {
  return `arn:${ACCOUNT.partition}:${service}:${ACCOUNT.region}:${ACCOUNT.id}:${resource}`;
}

/** The last part of an ARN: a queue's, topic's, table's or function's name. */
export function nameOfArn(value: string): string {
  return value.split(/[:/]/).at(-1) ?? value;
}
