import { describe, expect, test } from 'vitest';
import { validateResource } from '../../../packages/fhir-validator/validator.ts';
import { errors, patient } from './support/patient.ts';

const XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"';
const narrated = (div: unknown) => patient({ text: { status: 'generated', div } });
const within = (inner: string) => narrated(`<div ${XMLNS}>${inner}</div>`);

describe('an accepted narrative', () => {
  test.each([
    'text',
    '<p>a<br/>b</p>',
    '<p id="a">a</p><img src="#a" alt="a"/>',
    '<img src="a.png" alt="a"/>',
    '<table border="1"><tr><td colspan="2" style="color:red">a</td></tr></table>',
    '<a href="http://example.org/?a=1&amp;b=2" name="n">a</a><a href="#n">b</a>',
    '<!-- a comment --><b>a</b>',
    "<span title='a'>&amp;&#160;&#xA0;x</span>",
    '<p id="x">a</p><a href="#x">to x</a>',
    '<a href="#">top</a>',
    '\u00a0',
    '<p title="]]>">a</p><!-- ]]> - -->',
  ])('%s', (inner) => expect(errors(within(inner))).toEqual([]));

  test('may have whitespace around it, and a comment before it', () => {
    expect(errors(narrated(`\n <div ${XMLNS}>a</div>\n`))).toEqual([]);
  });
});

test.each([
  ['<?xml version="1.0" encoding="UTF-8"?>', []],
  ["<?xml version='1.0'?>\n", []],
  [' <?xml version="1.0"?>', ['invalid Patient.text.div']],
  ['<?xml version="1.0"?><?xml version="1.0"?>', ['invalid Patient.text.div']],
  ['<?xml version="1.0" ><script>a</script>?>', ['invalid Patient.text.div']],
  ['<?php a ?>', ['invalid Patient.text.div']],
])('an XML declaration may be at the very start: %s', (before, expected) => {
  expect(errors(narrated(`${before}<div ${XMLNS}>a</div>`))).toEqual(expected);
});

describe('txt-1: only formatting is allowed', () => {
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

  test.each([
    `<p ${XMLNS}>a</p>`,
    '<div>a</div>',
    '<div xmlns="http://example.org">a</div>',
    '<div>http://www.w3.org/1999/xhtml</div>',
    `<div><p ${XMLNS}>a</p></div>`,
  ])('%s', (div) => expect(errors(narrated(div))).toContain('invariant Patient.text.div'));
});

describe('txt-2: some content is required, a text or an image with a source', () => {
  test.each(['', ' \n', '<p> </p>', '<!-- a -->', '<img alt="a"/>'])('%j', (inner) => {
    expect(errors(within(inner))).toEqual(['invariant Patient.text.div']);
  });
});

describe('a narrative must be well-formed', () => {
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
    '<!-- a -- b -->c',
    '<!-- a --->b',
    'a ]]> b',
    '<p\u00a0class="a">b</p>',
    '<p class="a"title="b">a</p>',
    '<!DOCTYPE html>',
  ])('%s', (inner) => expect(errors(within(inner))).toEqual(['invalid Patient.text.div']));

  test.each(['a', `<div ${XMLNS}>a</div>b`, `<div ${XMLNS}>a</div><div ${XMLNS}>b</div>`, ' '])(
    '%j is not one element',
    (div) => expect(errors(narrated(div))).toEqual(['invalid Patient.text.div']),
  );
});

// A longer text than 16,383 characters is read from an array of its own. All others share one.
test.each([100, 16_382, 16_383, 16_384, 16_385])(
  'R62: a narrative of %i characters is read to its end, and no further',
  (length) => {
    const start = `<div ${XMLNS}><p>`;
    const end = '</p></div>';
    const whole = `${start.padEnd(length - end.length, 'aé')}${end}`;
    expect(errors(narrated(whole))).toEqual([]);
    for (const cut of [1, 2, 6, end.length]) {
      expect(errors(narrated(whole.slice(0, -cut)))).toEqual(['invalid Patient.text.div']);
    }
  },
);

test('a link without a target is refused', () => {
  expect(errors(within('<a href="#nowhere">a</a>'))).toEqual(['invalid Patient.text.div']);
});

test('a link to an element by its id is accepted', () => {
  const div = `<div ${XMLNS}><a href="#n1">a</a></div>`;
  const linked = patient({ text: { status: 'generated', div }, name: [{ id: 'n1', text: 'a' }] });
  expect(errors(linked)).toEqual([]);
});

test('dom-6: a missing narrative is a warning', () => {
  const { issues } = validateResource({ resourceType: 'Patient' });
  expect(issues).toMatchObject([{ severity: 'warning', expression: 'Patient' }]);
});

describe('references to characters', () => {
  test.each([
    '&hellip;',
    '&nbsp;',
    '&copy;',
    '&#0;',
    '&#xD800;',
    '&#xFFFE;',
    '&#11;',
    '&#x110000;',
    '&#99999999;',
    '<p title="&eacute;">a</p>',
    '&AMP;',
  ])('%s is refused', (inner) =>
    expect(errors(within(`a${inner}`))).toEqual(['invalid Patient.text.div']),
  );

  test.each(['&amp;&lt;&gt;&quot;&apos;', '&#9;&#160;&#xA0;&#x1F600;', '&#x0000000A;'])(
    '%s is accepted',
    (inner) => expect(errors(within(`a${inner}`))).toEqual([]),
  );
});

describe('links that are scripts are refused', () => {
  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java&#9;script:alert(1)',
    '&#106;avascript:alert(1)',
    'vbscript:a',
    'VBScript:a',
  ])('%s', (link) => {
    expect(errors(within(`<a href="${link}">a</a>`))).toEqual(['invalid Patient.text.div']);
    expect(errors(within(`<img src="${link}" alt="a"/>`))).toEqual(['invalid Patient.text.div']);
  });

  test.each(['http://a.b/javascript:c', 'java.html', 'data:image/png;base64,AAAA', 'vb'])(
    '%s is not a script',
    (link) => expect(errors(within(`<a href="${link}">a</a>`))).toEqual([]),
  );
});

test('an image outside the resource is refused', () => {
  expect(errors(within('<img src="#none" alt="x"/>'))).toEqual(['invalid Patient.text.div']);
});
