import { describe, expect, it } from 'vitest';
import { fileAsSent, MESSAGE_BYTES_MAX, outgoing } from '../../../cli/submit/outgoing.ts';
import { claimCheckSchema, originSchema } from '../../../core/message/messages.ts';

const make = (text: string, source?: string) =>
  outgoing(
    { kind: 'resource', text, file: 'a.ndjson', line: 7 },
    { sequence: 3, ...(source !== undefined && { source }) },
    'bodies',
  );

describe('an outgoing message', () => {
  it('carries text, file, line, sequence and source; its size is in bytes', () => {
    const { body, attributes, bytes, upload } = make('{"ä":1}', 'clinic');
    expect(body).toBe('{"ä":1}');
    expect(attributes).toEqual({
      source: { DataType: 'String', StringValue: 'clinic' },
      file: { DataType: 'String', StringValue: 'a.ndjson' },
      line: { DataType: 'Number', StringValue: '7' },
      sequence: { DataType: 'Number', StringValue: '3' },
    });
    // 8 of the text; names 6+4+4+8, types 6+6+6+6, values 6+8+1+1.
    expect(bytes).toBe(8 + 22 + 24 + 16);
    expect(upload).toBeUndefined();
  });

  it('becomes a claim check one byte above the limit, named after its content', () => {
    const attributes = make('').bytes;
    const fits = 'x'.repeat(MESSAGE_BYTES_MAX - attributes);
    expect(make(fits).upload).toBeUndefined();
    const { body, bytes, upload } = make(`${fits}x`);
    const { s3 } = claimCheckSchema.parse(JSON.parse(body));
    expect(s3).toEqual({
      bucket: 'bodies',
      key: expect.stringMatching(/^submissions\/default\/[0-9a-f]{64}$/),
    });
    expect(upload).toEqual({ ...s3, text: `${fits}x` });
    expect(bytes).toBeLessThan(1_000);
  });

  it.each(['\u0000', '\u000b', '\ufffe', '\uffff'])(
    'becomes one too with %j, which SQS refuses',
    (bad) => {
      expect(make(`{"a":"${bad}"}`).upload?.text).toBe(`{"a":"${bad}"}`);
    },
  );

  it.each([
    ['with a control character', 'we\u0007ird\u001b[31m.ndjson', 'we\\u0007ird\\u001b[31m.ndjson'],
    ['with a path of 1,025', `/${'d'.repeat(1_017)}/a.ndjson`, `…${'d'.repeat(1_014)}/a.ndjson`],
    ['cut within a pair', `${'x'.repeat(9)}😀${'y'.repeat(1_022)}`, `…${'y'.repeat(1_022)}`],
  ])('R04: names a file %s so that SQS and the pipeline accept it', (_, file, sent) => {
    const { attributes } = outgoing(
      { kind: 'resource', text: '{}', file, line: 7 },
      { sequence: 3 },
      'bodies',
    );
    expect(attributes['file']?.StringValue).toBe(sent);
    const origin = { messageId: 'm', sentAt: 1, file: sent };
    expect(originSchema.parse(origin)).toMatchObject({ file: sent });
    // `message show FILE:LINE` may be given either name.
    expect(fileAsSent(sent)).toBe(sent);
  });
});
