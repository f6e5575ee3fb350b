/** Who may use a bucket, and how. */
import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesized, type TestResource } from './synthesized.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: unknown;
}

const template = synthesized();
const traced = synthesized({ 'trail.dataEvents': 'on' });
const resources = (type: string) => resourcesOf(template, type);
const statements = ({ Properties }: TestResource) =>
  (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement;
const serviceOf = (principal: Statement['Principal']) => principal?.Service;

describe('TLS', () => {
  it('of version 1.2 or newer is required by every bucket', () => {
    const denials = Object.values(resources('AWS::S3::BucketPolicy'))
      .flatMap((policy) => statements(policy))
      .filter(({ Condition }) => JSON.stringify(Condition)?.includes('s3:TlsVersion'));
    expect(denials).toHaveLength(Object.keys(resources('AWS::S3::Bucket')).length);
    for (const denial of denials) {
      expect(denial).toMatchObject({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:*',
        Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      });
    }
  });
});

describe('a service of AWS', () => {
  const allowed = (of: typeof template) =>
    Object.values(resourcesOf(of, 'AWS::S3::BucketPolicy'))
      .flatMap((policy) => statements(policy))
      .filter(({ Effect, Principal }) => Effect === 'Allow' && serviceOf(Principal) !== undefined);

  it('writes to a bucket only for our own account and resources, whoever else asks it to', () => {
    const everything = [...allowed(template), ...allowed(traced)];
    const services = new Set(everything.map(({ Principal }) => serviceOf(Principal)));
    expect([...services].sort()).toEqual(['cloudtrail.amazonaws.com', 'logging.s3.amazonaws.com']);
    for (const { Principal, Condition } of everything) {
      expect(Condition).toEqual(
        serviceOf(Principal) === 'cloudtrail.amazonaws.com'
          ? { StringEquals: { 'aws:SourceArn': expect.anything() } }
          : {
              ArnLike: { 'aws:SourceArn': expect.anything() },
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            },
      );
    }
  });
});
