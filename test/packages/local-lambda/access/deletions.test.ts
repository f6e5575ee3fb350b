import { expect, it } from 'vitest';
import { withoutRefused } from '../../../../packages/local-lambda/access/deletions.ts';

it('each object of a deletion is judged by its key, not by the key as XML has it', () => {
  const kept = '<Object><Key>a&amp;b/1</Key></Object>';
  const refused = '<Object><Key>a&amp;c/1</Key><VersionId>v1</VersionId></Object>';
  const asked: string[] = [];
  const { left, errors } = withoutRefused(
    `<Delete>${kept}${refused}</Delete>`,
    'bucket',
    ({ action, resource }) => {
      asked.push(`${action} ${resource}`);
      return resource.includes('a&c/') ? '<Code>AccessDenied</Code>' : undefined;
    },
  );
  expect(asked).toEqual([
    's3:DeleteObject arn:aws:s3:::bucket/a&b/1',
    's3:DeleteObjectVersion arn:aws:s3:::bucket/a&c/1',
  ]);
  expect(left).toBe(`<Delete>${kept}</Delete>`);
  expect(errors).toBe(
    '<Error><Key>a&amp;c/1</Key><VersionId>v1</VersionId><Code>AccessDenied</Code></Error>',
  );
});
