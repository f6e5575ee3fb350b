import { expect, test } from 'vitest';
import { abortWith } from '../../telemetry/abort-with.ts';

test('R61: a controller aborts with the signal that it follows, for the same reason', () => {
  const outer = new AbortController();
  const inner = new AbortController();
  abortWith(inner, outer.signal);
  expect(inner.signal.aborted).toBe(false);
  const reason = new Error('over');
  outer.abort(reason);
  expect(inner.signal.reason).toBe(reason);
});

test('R61: one that follows a signal which has aborted is aborted at once', () => {
  const inner = new AbortController();
  abortWith(inner, AbortSignal.abort('over'));
  expect(inner.signal.reason).toBe('over');
});

test('once it no longer follows, or where there is nothing to follow, nothing happens', () => {
  const outer = new AbortController();
  const inner = new AbortController();
  const letGo = abortWith(inner, outer.signal);
  abortWith(inner, undefined)();
  letGo();
  outer.abort();
  expect(inner.signal.aborted).toBe(false);
});
