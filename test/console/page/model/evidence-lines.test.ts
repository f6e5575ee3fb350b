import { describe, expect, test } from 'vitest';
import { maskedLines } from '../../../../console/page/model/masked.ts';
import { bodyLines } from '../../../../console/page/model/revealed-lines.ts';

const issue = (...expression: string[]) =>
  ({ severity: 'error', code: 'value', expression }) as const;

describe('R42: a masked resource', () => {
  test('has only the elements that an issue names, with each issue at its element', () => {
    const lines = maskedLines([
      issue('Patient.name[0].given[1]'),
      issue('Patient.name[0].given[1]', 'Patient.birthDate'),
    ]);
    expect(
      lines.map(({ depth, name, issues }) => `${'  '.repeat(depth)}${name} ${issues}`),
    ).toEqual([
      'Patient ',
      '  name ',
      '    [0] ',
      '      given ',
      '        [1] 0,1',
      '  birthDate 1',
    ]);
    expect(lines.filter(({ hasValue }) => hasValue).map(({ name }) => name)).toEqual([
      '[1]',
      'birthDate',
    ]);
  });

  test('shows an issue without a place at the whole resource', () => {
    const [first] = maskedLines([{ severity: 'error', code: 'structure' }]);
    expect(first).toMatchObject({ name: 'the resource', issues: [0] });
  });
});

describe('a revealed body', () => {
  test('has each issue at its lines', () => {
    const issues = [
      { ...issue(), lines: [2, 3] },
      { ...issue(), lines: [3] },
      { ...issue(), lines: [] },
    ];
    const { lines, left } = bodyLines('{\n"a": 1,\n"b": 2\n}', issues);
    expect(lines.map((line) => line.issues)).toEqual([[], [0], [0, 1], []]);
    expect(left).toBe(0);
  });

  test('with many lines shows the first ones, and those with an issue', () => {
    const body = Array.from({ length: 5_000 }, (_, index) => `${index + 1}`).join('\n');
    const { lines, left } = bodyLines(body, [{ ...issue(), lines: [4_711] }]);
    expect(lines.at(-1)).toMatchObject({ number: 4_711, text: '4711' });
    expect([lines.length, left]).toEqual([3_001, 1_999]);
  });

  test('cuts a line of a megabyte', () => {
    const [line] = bodyLines('x'.repeat(1_000_000), []).lines;
    expect(line?.text).toMatch(/^x{2000}… 998000 characters more$/);
  });
});
