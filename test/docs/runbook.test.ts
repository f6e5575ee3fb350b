/**
 * The runbook is complete: contents, who is notified by which alarm, explained words, existing commands.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { anchorOf } from '../../lib/alarms/runbook-alarm.ts';
import { resourcesOf, synthesized } from '../lib/synthesized.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const runbook = read('runbook.md');
const headings = [...runbook.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
const terms = [...read('glossary.md').matchAll(/^### (.*)$/gm)].map(([, term = '']) => term);

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly { readonly Ref: string }[];
}
const template = synthesized({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
});
const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'))
  .map(({ Properties }) => Properties as unknown as AlarmProperties)
  .map(({ AlarmName, AlarmDescription, AlarmActions }) => ({
    name: AlarmName.replace('fhir-failsafe-dev-', ''),
    anchor: AlarmDescription.split('#')[1],
    pages: AlarmActions[0]?.Ref.replace(/[0-9A-F]{8}$/, '').toLowerCase(),
  }));

/** Rows of the table: names and patterns, section, who. A name takes precedence over a pattern. */
const rows = [
  ...runbook.matchAll(/^\| (`.*`) \| \[.*\]\(#(.*)\) \| (on-call|management) \|$/gm),
].map(([, names = '', anchor = '', who = '']) => ({
  names: [...names.matchAll(/`(.*?)`/g)].map(([, name = '']) => name),
  anchor,
  pages: who.replace('-', ''),
}));
const matches = (pattern: string, name: string) =>
  new RegExp(`^${pattern.replaceAll('*', '[a-z-]+')}$`).test(name);
function rowOf(name: string) {
  const named = rows.filter(({ names }) => names.includes(name));
  if (named.length > 0) return named;
  return rows.filter(({ names }) => names.some((pattern) => matches(pattern, name)));
}

describe('docs/runbook.md', () => {
  it('lists each of its sections at the top', () => {
    const [contents = ''] = runbook.split(/^## /m);
    const listed = [...contents.matchAll(/\[(.*?)\]\(#(.*?)\)/g)].map(([, text, anchor]) => ({
      text,
      anchor,
    }));
    expect(listed).toEqual(headings.map((text) => ({ text, anchor: anchorOf(text) })));
  });

  it.each(alarms)('names for $name its section and its audience', ({ name, anchor, pages }) => {
    expect(rowOf(name).map((row) => [row.anchor, row.pages])).toEqual([[anchor, pages]]);
  });

  it('has no row for an alarm that does not exist', () => {
    const all = rows.flatMap(({ names }) => names);
    expect(all.length).toBeGreaterThan(15);
    const idle = all.filter((pattern) => !alarms.some(({ name }) => matches(pattern, name)));
    expect(idle).toEqual([]);
  });
});

/** The text of a page without code and headings. */
const prose = (text: string) =>
  text
    .replace(/^## Which alarm[\s\S]*?(?=^## )/m, '')
    .replace(/^ {4}.*$/gm, '')
    .replace(/^#.*$/gm, '')
    .replace(/^- \[.*\]\(#.*$/gm, '');

test.each(terms)('docs/runbook.md links “%s” to the glossary at its first use', (term) => {
  const text = prose(runbook);
  const said = new RegExp(
    `(?<![\\w-])(\\[?)${term.replace(' ', '[ \\n-]')}(?:s|es)?(?![\\w-])`,
    'i',
  ).exec(text.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length)));
  if (said === null) return;
  const linked = text.slice(said.index).replaceAll('\n', ' ');
  expect(linked.slice(0, 60)).toContain(`](glossary.md#${anchorOf(term)})`);
});
