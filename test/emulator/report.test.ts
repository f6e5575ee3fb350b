import { describe, expect, it } from 'vitest';
import type { Finding } from '../../emulator/compare-stack.ts';
import { comparisonLines, leftOutLines } from '../../emulator/report.ts';

const table = (logicalId: string, property: string, result: Finding['result'], why?: string) => ({
  logicalId,
  type: 'AWS::DynamoDB::Table',
  property,
  result,
  ...(why !== undefined && { why }),
});

describe('comparisonLines', () => {
  it('counts the equal properties, and names the others, one a line', () => {
    const findings = [
      table('A', 'TableName', 'as-written'),
      table('A', 'SSESpecification', 'set'),
      table('B', 'SSESpecification', 'set'),
      table('B', 'TimeToLiveSpecification', 'cannot', 'NotImplemented: no'),
      table('B', 'New', 'unread'),
    ];
    expect(comparisonLines(findings, 'MiniStack')).toEqual([
      'live compared with the template: 1 of 5 properties of 2 resources are as written',
      "set by API, because MiniStack's CloudFormation dropped it:",
      '  AWS::DynamoDB::Table SSESpecification: A, B',
      'MiniStack cannot, tests on the template must do:',
      '  AWS::DynamoDB::Table TimeToLiveSpecification (NotImplemented: no): B',
      'not compared, nothing here can read it:',
      '  AWS::DynamoDB::Table New: B',
    ]);
  });

  it('is one line if everything is equal', () => {
    const lines = comparisonLines([table('A', 'TableName', 'as-written')], 'LocalStack');
    expect(lines).toEqual([
      'live compared with the template: 1 of 1 properties of 1 resources are as written',
    ]);
  });
});

describe('leftOutLines', () => {
  it('names each resource with the reason, and prints nothing without any', () => {
    const out = [{ logicalId: 'All', type: 'AWS::CloudWatch::CompositeAlarm', why: 'it has none' }];
    expect(leftOutLines(out, 'MiniStack')).toEqual([
      'left out, because MiniStack would refuse the template:',
      '  AWS::CloudWatch::CompositeAlarm All: it has none',
    ]);
    expect(leftOutLines([], 'MiniStack')).toEqual([]);
  });
});
