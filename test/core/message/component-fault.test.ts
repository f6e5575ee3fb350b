import { expect, test } from 'vitest';
import { ComponentFault } from '../../../core/message/component-fault.ts';

test('R09: a fault of our infrastructure is recognized by its name', () => {
  const cause = new Error('throttled');
  const fault = new ComponentFault('Resources does not answer', { cause });
  expect(fault).toMatchObject({ name: 'ComponentFault', cause });
  expect(fault).toBeInstanceOf(Error);
});
