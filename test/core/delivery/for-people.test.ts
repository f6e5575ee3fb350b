import { expect, test } from 'vitest';
import { isForPeople } from '../../../core/delivery/for-people.ts';

const HTML = 'text/html; charset=utf-8';
test.each([
  [HTML, '<script>location = "/login"</script>', true],
  ['application/xhtml+xml', '\n<title>Maintenance</title>', true],
  ['TEXT/HTML', '<meta http-equiv="refresh" content="0">', true],
  [HTML, '', false],
  [HTML, '{"resourceType":"Patient"}', false],
  ['application/fhir+xml', '<Patient xmlns="http://hl7.org/fhir"/>', false],
  ['application/fhir+json', '<!doctype html>', true],
])('R18: of the type %s, %j is for people: %s', (type, body, is) => {
  expect(isForPeople(body, new Headers({ 'content-type': type }))).toBe(is);
});

test.each(['challenge', 'captcha'])('R18: so is a %s of AWS WAF, which has no body', (action) => {
  expect(isForPeople('', new Headers({ 'x-amzn-waf-action': action }))).toBe(true);
});

test('R62: whether a MiB is a page is found in linear time', () => {
  const long = (text: string) => text.repeat((1024 * 1024) / text.length);
  const texts = [
    long('<!--'),
    long('<!---->'),
    `<?xml${long(' ')}`,
    long(' \n'),
    `<!--${long('-')}`,
  ];
  const startedAt = performance.now();
  expect(texts.map((text) => isForPeople(text, new Headers()))).toEqual(texts.map(() => false));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
