import { expect, test } from 'vitest';
import { isProved, Left, PLACES } from './left.ts';
import { phiOf } from './phi-of.ts';

const phi = phiOf({
  resourceType: 'Patient',
  id: 'b0a06ead',
  name: [{ family: 'Wilhelmina', given: ['Ottoline'] }],
  identifier: [{ system: 'http://hospital.example.org', value: 'MRN-83172645' }],
  birthDate: '1931-02-17',
});

function everywhere(): Left {
  const left = new Left();
  for (const place of PLACES) left.add(place, `{"message":"a line of ${place}"}`);
  return left;
}

test('R08: the proof passes if nothing names anybody', () => {
  expect(isProved(everywhere().look(phi))).toBe(true);
});

test.each(PLACES)('R08: a leak that is planted in %s is found', (place) => {
  for (const secret of phi) {
    const left = everywhere();
    left.add(place, `{"message":"stored ${secret}"}`);
    const found = left.look(phi);
    expect(found.filter(({ leaks }) => leaks > 0)).toEqual([{ place, texts: 2, leaks: 1 }]);
    expect(isProved(found)).toBe(false);
  }
});

test('a place in which nothing was looked at fails the proof', () => {
  const left = new Left();
  for (const place of PLACES.slice(1)) left.add(place, 'a line');
  expect(isProved(left.look(phi))).toBe(false);
});
