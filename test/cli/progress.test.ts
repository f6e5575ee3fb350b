import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bar, showProgress } from '../../cli/progress.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What a terminal with that many columns gets for one drawing of `line`. */
function drawn(line: string, columns: number): string {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
  const progress = showProgress(stream as unknown as NodeJS.WriteStream, () => line);
  vi.advanceTimersByTime(100);
  progress.stop();
  const [, text = ''] = String(stream.read()).split('\r\u001b[K');
  return text;
}

it.each([
  [80, '[##--]  50%  submitted 10000  133/s'],
  [30, '50%  submitted 10000  133/s'],
  [15, '50%  submitted'],
])('in a terminal of %i columns, the bar is cut before the numbers', (columns, text) => {
  expect(drawn('[##--]  50%  submitted 10000  133/s', columns)).toBe(text);
});

it('the bar is full only when everything is done', () => {
  expect(bar(9_999, 10_000)).toBe(`[${'#'.repeat(19)}-]  99%`);
  expect(bar(10_000, 10_000)).toBe(`[${'#'.repeat(20)}] 100%`);
});
