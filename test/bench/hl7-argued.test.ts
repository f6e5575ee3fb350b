import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ARGUMENTS, argumentFor } from '../../bench/hl7/intended-differences.ts';

test('docs/hl7-agreement.md quotes each argument word for word', () => {
  const page = readFileSync('docs/hl7-agreement.md', 'utf8');
  for (const { because } of ARGUMENTS) expect(page).toContain(because);
});

test('an argument applies to the side that rejects, its rule and its text', () => {
  const unit = 'Claim.item[0].quantity: Error processing unit (http://unitsofmeasure.org#TAB)';
  const rule = 'Terminology_PassThrough_TX_Message';
  expect(argumentFor('hl7', rule, unit)?.because).toContain('UCUM');
  expect(argumentFor('ours', rule, unit)).toBeUndefined();
  expect(argumentFor('hl7', rule, 'something else')).toBeUndefined();
  expect(argumentFor('hl7', 'dom-3', unit)).toBeUndefined();
});
