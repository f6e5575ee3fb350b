import { describe, expect, test } from 'vitest';
import { validateResource } from '../../fhir/validator.ts';
import { errors, patient } from './support/patient.ts';

const XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"';
const narrated = (div: unknown) => patient({ text: { status: 'generated', div } });
const within = (inner: string) => narrated(`<div ${XMLNS}>${inner}</div>`);

describe('accepted', () => {
  test.each([
    'text',
    '<p>a<br/>b</p>',
    '<img src="#a" alt="a"/>',
    '<table border="1"><tr><td colspan="2" style="color:red">a</td></tr></table>',
    '<a href="http://example.org/?a=1&amp;b=2" name="n">a</a><a href="#n">b</a>',
    '<!-- a comment --><b>a</b>',
    "<span title='a'>&nbsp;&#160;&#xA0;x</span>",
    '<p id="x">a</p><a href="#x">to x</a>',
    '<a href="#">top</a>',
  ])('%s', (inner) => expect(errors(within(inner))).toEqual([]));

  test('whitespace around, and a comment before', () => {
    expect(errors(narrated(`\n <div ${XMLNS}>a</div>\n`))).toEqual([]);
  });
});

describe('txt-1: only formatting', () => {
  test.each([
    '<script>a</script>',
    '<p onclick="a()">a</p>',
    '<form>a</form>',
    '<object data="a">a</object>',
    '<iframe src="a">a</iframe>',
    '<head>a</head>',
    '<P>a</P>',
    '<p href="a">a</p>',
  ])('%s', (inner) => {
    expect(errors(within(inner))).toContain('invariant Patient.text.div');
  });

  test.each([`<p ${XMLNS}>a</p>`, '<div>a</div>', '<div xmlns="http://example.org">a</div>'])(
    '%s',
    (div) => expect(errors(narrated(div))).toContain('invariant Patient.text.div'),
  );
});

describe('txt-2: some content', () => {
  test.each(['', ' \n', '<p> </p>', '<!-- a -->'])('%j', (inner) => {
    expect(errors(within(inner))).toEqual(['invariant Patient.text.div']);
  });
});

describe('well-formedness', () => {
  test.each([
    '<p>a',
    'a</p>',
    '<b><i>a</b></i>',
    'a & b',
    'a < b',
    '<p a>a</p>',
    '<p class=a>a</p>',
    '<p class="a" class="b">a</p>',
    '<p class="<">a</p>',
    '&unterminated',
    '<!-- a',
    '<p class="a"title="b">a</p>',
    '<!DOCTYPE html>',
  ])('%s', (inner) => expect(errors(within(inner))).toEqual(['invalid Patient.text.div']));

  test.each(['a', `<div ${XMLNS}>a</div>b`, `<div ${XMLNS}>a</div><div ${XMLNS}>b</div>`, ' '])(
    '%j is not one element',
    (div) => expect(errors(narrated(div))).toEqual(['invalid Patient.text.div']),
  );
});

test('a link that leads nowhere', () => {
  expect(errors(within('<a href="#nowhere">a</a>'))).toEqual(['invalid Patient.text.div']);
});

test('a link to an element by its id', () => {
  const div = `<div ${XMLNS}><a href="#n1">a</a></div>`;
  const linked = patient({ text: { status: 'generated', div }, name: [{ id: 'n1', text: 'a' }] });
  expect(errors(linked)).toEqual([]);
});

test('dom-6: no narrative is a warning', () => {
  const { issues } = validateResource({ resourceType: 'Patient' });
  expect(issues).toMatchObject([{ severity: 'warning', expression: 'Patient' }]);
});
