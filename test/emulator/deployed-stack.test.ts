import { describe, expect, it } from 'vitest';
import {
  deployedReferences,
  resolvedProperties,
  urlSuffixOf,
} from '../../emulator/deployed-stack.ts';
import type { Template } from '../../packages/local-lambda/template/assembly.ts';

const QUEUE_URL = 'http://127.0.0.1:4566/queue/us-east-1/000000000000/made-up';
const template: Template = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    Role: { Type: 'AWS::IAM::Role', Properties: {} },
    Reader: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        RoleId: { 'Fn::GetAtt': ['Role', 'RoleId'] },
        Stack: { Ref: 'AWS::StackId' },
        Url: { Ref: 'Queue' },
        Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        Service: { 'Fn::Join': ['.', ['sqs', { Ref: 'AWS::URLSuffix' }]] },
        Missing: { Ref: 'AWS::NoValue' },
      },
    },
    Dangling: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: 'Gone' }] } },
  },
  Outputs: {},
  Parameters: {},
};
const physical = new Map([
  ['Queue', QUEUE_URL],
  ['Role', 'generated-role'],
]);
const references = deployedReferences(template, {
  stackName: 'stack',
  stackId: 'arn:of:the:stack/with-its-own-id',
  physical,
  roleIds: new Map([['generated-role', 'AROADRAWN']]),
  urlSuffix: 'example.com',
});

describe('resolvedProperties', () => {
  it('resolves references to what the emulator created', () => {
    expect(resolvedProperties(template, 'Reader', references)).toEqual({
      Role: 'arn:aws:iam::000000000000:role/generated-role',
      RoleId: 'AROADRAWN',
      Stack: 'arn:of:the:stack/with-its-own-id',
      Url: QUEUE_URL,
      Arn: 'arn:aws:sqs:us-east-1:000000000000:made-up',
      Service: 'sqs.example.com',
    });
  });

  it('names what a reference points to if it was not deployed', () => {
    expect(() => resolvedProperties(template, 'Dangling', references)).toThrow(
      /Dangling\.Queues\[0\]: Gone was not deployed/,
    );
  });
});

describe('urlSuffixOf', () => {
  it("is LocalStack's own host, and that of AWS elsewhere", () => {
    expect(urlSuffixOf('LocalStack', physical)).toBe('127.0.0.1');
    const standard = 'http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q';
    expect(urlSuffixOf('LocalStack', new Map([['Q', standard]]))).toBe(
      'localhost.localstack.cloud',
    );
    expect(urlSuffixOf('MiniStack', physical)).toBe('amazonaws.com');
  });
});
