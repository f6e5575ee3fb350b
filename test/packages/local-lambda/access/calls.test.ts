/** What each call asks for. */
import { describe, expect, it } from 'vitest';
import { withErrors, withoutRefused } from '../../../../packages/local-lambda/access/deletions.ts';
import {
  askedOfAbsentKey,
  askedOfS3,
} from '../../../../packages/local-lambda/access/object-calls.ts';
import {
  askedOfDynamoDb,
  type TableCall,
} from '../../../../packages/local-lambda/access/table-calls.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/items';
const KEYS = { [TABLE]: ['pk', 'sk'], [`${TABLE}/index/by-why`]: ['why'] };

const said = (operation: string, call: TableCall, key: string) =>
  askedOfDynamoDb(operation, { TableName: 'items', ...call }, KEYS)[0]?.context?.(key);

describe('DynamoDB', () => {
  it.each<[string, TableCall, string[]]>([
    ['a table', { TableName: 'items' }, [TABLE]],
    ['a table by its ARN', { TableName: TABLE }, [TABLE]],
    ['an index', { TableName: 'items', IndexName: 'by-why' }, [`${TABLE}/index/by-why`]],
    [
      'each table of a batch',
      { RequestItems: { items: {}, more: {} } },
      [TABLE, TABLE.replace('items', 'more')],
    ],
    ['all tables', {}, [TABLE.replace('items', '*')]],
  ])('%s is the resource', (_, call, resources) => {
    const asked = askedOfDynamoDb('Query', call, KEYS);
    expect(asked.map(({ resource }) => resource)).toEqual(resources);
    expect(new Set(asked.map(({ action }) => action))).toEqual(new Set(['dynamodb:Query']));
  });

  const s = (S: string) => ({ S });
  it.each<[string, TableCall, string[]]>([
    ['GetItem', { Key: { pk: s('a'), sk: s('b') } }, ['a']],
    ['PutItem', { Item: { pk: s('a'), n: { N: '1' } } }, ['a']],
    [
      'BatchGetItem',
      { RequestItems: { items: { Keys: [{ pk: s('a') }, { pk: s('b') }] } } },
      ['a', 'b'],
    ],
    [
      'BatchWriteItem',
      {
        RequestItems: {
          items: [
            { PutRequest: { Item: { pk: s('a') } } },
            { DeleteRequest: { Key: { pk: s('b') } } },
          ],
        },
      },
      ['a', 'b'],
    ],
    [
      'Query',
      {
        KeyConditionExpression: '#p = :p AND begins_with(sk, :s)',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': s('a'), ':s': s('b') },
      },
      ['a'],
    ],
    ['Query', { KeyConditions: { pk: { AttributeValueList: [s('a')] } } }, ['a']],
    [
      'Query',
      {
        IndexName: 'by-why',
        KeyConditionExpression: 'why=:w',
        ExpressionAttributeValues: { ':w': s('c') },
      },
      ['c'],
    ],
    ['Scan', {}, []],
  ])('the leading keys of %s %j are %j', (operation, call, keys) => {
    expect(said(operation, call, 'dynamodb:LeadingKeys')).toEqual(keys);
  });

  it.each<[string, TableCall, string[]]>([
    ['PutItem', { Item: { pk: s('a'), n: s('b') } }, ['pk', 'sk', 'n']],
    [
      'UpdateItem',
      {
        UpdateExpression: 'SET #a.b = if_not_exists(c, :zero) + :d, e[0] = :f REMOVE g ADD h :i',
        ConditionExpression:
          'attribute_exists(j) AND NOT k IN (:l, :m) OR size(n) BETWEEN :o AND :p',
        ExpressionAttributeNames: { '#a': 'named' },
      },
      ['pk', 'sk', 'named', 'c', 'e', 'g', 'h', 'j', 'k', 'n'],
    ],
    [
      'GetItem',
      { ProjectionExpression: '#a, b.c', ExpressionAttributeNames: { '#a': 'pk' } },
      ['pk', 'sk', 'b'],
    ],
    ['GetItem', { AttributesToGet: ['x'] }, ['pk', 'sk', 'x']],
    [
      'BatchGetItem',
      {
        RequestItems: {
          items: { ProjectionExpression: '#a', ExpressionAttributeNames: { '#a': 'named' } },
        },
      },
      ['pk', 'sk', 'named'],
    ],
  ])('the attributes of %s %j are %j', (operation, call, attributes) => {
    expect(said(operation, call, 'dynamodb:Attributes')).toEqual(attributes);
  });

  it.each<[string, TableCall, string[] | undefined]>([
    ['GetItem', {}, ['ALL_ATTRIBUTES']],
    ['GetItem', { ProjectionExpression: 'a' }, ['SPECIFIC_ATTRIBUTES']],
    ['Query', { Select: 'COUNT' }, ['COUNT']],
    ['Query', { IndexName: 'by-why' }, ['ALL_PROJECTED_ATTRIBUTES']],
    ['PutItem', {}, undefined],
  ])('%s %j selects %j', (operation, call, select) => {
    expect(said(operation, call, 'dynamodb:Select')).toEqual(select);
  });

  it('a write returns nothing unless it asks for it', () => {
    expect(said('UpdateItem', {}, 'dynamodb:ReturnValues')).toEqual(['NONE']);
    expect(said('UpdateItem', { ReturnValues: 'ALL_NEW' }, 'dynamodb:ReturnValues')).toEqual([
      'ALL_NEW',
    ]);
    expect(said('Query', {}, 'dynamodb:ReturnValues')).toBeUndefined();
  });
});

describe('S3', () => {
  const call = { method: 'GET', bucket: 'b', key: 'k', query: {}, headers: {} };
  it.each<[string, object, string[]]>([
    ['a read', {}, ['s3:GetObject b/k']],
    ['a look', { method: 'HEAD' }, ['s3:GetObject b/k']],
    ['a read of a version', { query: { versionId: 'v' } }, ['s3:GetObjectVersion b/k']],
    ['a read of tags', { query: { tagging: '' } }, ['s3:GetObjectTagging b/k']],
    [
      'a change of retention',
      { method: 'PUT', query: { retention: '' } },
      ['s3:PutObjectRetention b/k'],
    ],
    ['a put', { method: 'PUT' }, ['s3:PutObject b/k']],
    ['a part', { method: 'PUT', query: { partNumber: '1', uploadId: 'u' } }, ['s3:PutObject b/k']],
    ['the end of parts', { method: 'POST', query: { uploadId: 'u' } }, ['s3:PutObject b/k']],
    [
      'a put under lock',
      {
        method: 'PUT',
        headers: { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-tagging': 'a=b' },
      },
      ['s3:PutObject b/k', 's3:PutObjectTagging b/k', 's3:PutObjectRetention b/k'],
    ],
    [
      'a copy',
      { method: 'PUT', headers: { 'x-amz-copy-source': '/from/a%20b?versionId=1' } },
      ['s3:PutObject b/k', 's3:GetObjectVersion from/a b'],
    ],
    ['a deletion', { method: 'DELETE' }, ['s3:DeleteObject b/k']],
    [
      'a deletion of a version',
      { method: 'DELETE', query: { versionId: 'v' } },
      ['s3:DeleteObjectVersion b/k'],
    ],
    [
      'the end of an upload',
      { method: 'DELETE', query: { uploadId: 'u' } },
      ['s3:AbortMultipartUpload b/k'],
    ],
    ['a list', { key: '', query: { 'list-type': '2' } }, ['s3:ListBucket b']],
    ['a list of versions', { key: '', query: { versions: '' } }, ['s3:ListBucketVersions b']],
    ['a look at the bucket', { key: '', method: 'HEAD' }, ['s3:ListBucket b']],
    ['a new policy', { key: '', method: 'PUT', query: { policy: '' } }, ['s3:PUTBucket b']],
  ])('%s', (_, change, expected) => {
    const asked = askedOfS3({ ...call, ...change });
    expect(asked.map(({ action, resource }) => `${action} ${resource.replace(/.*:/, '')}`)).toEqual(
      expected,
    );
  });

  it('a deletion of many asks for each object, and leaves out what is refused', () => {
    const asked: string[] = [];
    const version = '<Object><Key>c</Key><VersionId>v</VersionId></Object>';
    const { left, errors } = withoutRefused(
      `<Delete><Object><Key>a</Key></Object>${version}</Delete>`,
      'b',
      ({ action, resource }) => {
        asked.push(`${action} ${resource}`);
        return resource.endsWith('c') ? '<Code>No</Code>' : undefined;
      },
    );
    expect(asked).toEqual([
      's3:DeleteObject arn:aws:s3:::b/a',
      's3:DeleteObjectVersion arn:aws:s3:::b/c',
    ]);
    expect(left).toBe('<Delete><Object><Key>a</Key></Object></Delete>');
    expect(errors).toBe('<Error><Key>c</Key><VersionId>v</VersionId><Code>No</Code></Error>');
    const answers = ['<DeleteResult/>', '<DeleteResult xmlns="x"><Deleted/></DeleteResult>'];
    expect(answers.map((answer) => withErrors(answer, errors))).toEqual([
      `<DeleteResult>${errors}</DeleteResult>`,
      `<DeleteResult xmlns="x"><Deleted/>${errors}</DeleteResult>`,
    ]);
  });

  it('a list has its prefix, and an absent key is one', () => {
    const [listed] = askedOfS3({ ...call, key: '', query: { prefix: 'p/' } });
    expect(listed?.context?.('s3:prefix')).toEqual(['p/']);
    expect(askedOfS3({ ...call, key: '' })[0]?.context?.('s3:prefix')).toBeUndefined();
    expect(askedOfAbsentKey(call).context?.('s3:prefix')).toEqual(['k']);
    expect(askedOfAbsentKey(call).action).toBe('s3:ListBucket');
  });
});
