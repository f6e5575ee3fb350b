import { expect, test } from 'vitest';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { faultOf } from '../../telemetry/log.ts';

const coded = (message: string, code: unknown, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });

test('R08: of a fault its name and its code are logged, and what it says only if the words are ours', () => {
  expect(faultOf(new TypeError('born 1970-01-01'))).toEqual({ fault: 'TypeError' });
  expect(faultOf(coded('born 1970-01-01', 'E1'))).toEqual({ fault: 'Error', code: 'E1' });
  expect(faultOf(coded('', 7))).toEqual({ fault: 'Error' });
  expect(faultOf('born 1970-01-01')).toEqual({ fault: 'string' });
  const own = { fault: 'ComponentFault', reason: 'no time to send' };
  expect(faultOf(new ComponentFault('no time to send'))).toEqual(own);
});

test('R60: what only its cause names is logged too, but not what that says', () => {
  const fetchFailed = new TypeError('fetch failed', { cause: coded('a.example.org', 'ENOTFOUND') });
  expect(faultOf(fetchFailed)).toEqual({ fault: 'TypeError', code: 'ENOTFOUND' });
  expect(faultOf(coded('', 'E1', coded('', 'E2')))).toEqual({ fault: 'Error', code: 'E1' });
  expect(faultOf(new Error('', { cause: 'Silva' }))).toEqual({ fault: 'Error' });
});
