/**
 * The outcome next to the resource, each issue at its line. Until an operator gives a reason to see
 * the resource, only the elements that its issues name are shown. The revealed text is only in this
 * component's memory.
 */
import { useState } from 'preact/hooks';
import type { EntryView, IssueView } from '../../contract/quarantine.ts';
import type { Revealed, RevealedIssue } from '../../contract/reveal.ts';
import { maskedLines } from '../model/masked.ts';
import { howMany } from '../model/numbers.ts';
import { type BodyLine, bodyLines } from '../model/revealed-lines.ts';
import { askToReveal } from './reveal.tsx';
import { Section } from './section.tsx';

export function Evidence({ entry }: { readonly entry: EntryView }) {
  const [revealed, setRevealed] = useState<Revealed>();
  const { issues = [], body, id } = entry;
  const reveal = () => askToReveal({ what: 'entry', id }, setRevealed);
  const button =
    body !== 'masked' ? (
      <span class="quiet">{body === 'erased' ? 'its patient was erased' : 'no body was kept'}</span>
    ) : revealed === undefined ? (
      <button type="button" onClick={reveal}>
        Reveal …
      </button>
    ) : (
      <button type="button" onClick={() => setRevealed(undefined)}>
        Mask again
      </button>
    );
  const title =
    issues.length === 0 ? 'Resource' : `Resource, with ${howMany(issues.length, 'issue')}`;
  return (
    <Section id="evidence" title={title} aside={button}>
      {revealed === undefined ? <Masked issues={issues} /> : <Body revealed={revealed} />}
    </Section>
  );
}

function Masked({ issues }: { readonly issues: readonly IssueView[] }) {
  if (issues.length === 0) {
    return <p class="quiet">There is no OperationOutcome: validation did not reach a verdict.</p>;
  }
  return (
    <>
      <p class="quiet">Masked: only the elements that an issue names, without their values.</p>
      <ol class="body masked">
        {maskedLines(issues).map(({ depth, name, hasValue, issues: here }, index) => (
          <li key={index} class={here.length > 0 ? 'wrong' : ''}>
            <code style={{ paddingLeft: `${depth * 18}px` }}>
              {name} {hasValue && <span class="mask" role="img" aria-label="masked" />}
            </code>
            <Issues issues={here.flatMap((each) => issues[each] ?? [])} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Body({ revealed: { body, issues, truncated } }: { readonly revealed: Revealed }) {
  const { lines, left } = bodyLines(body, issues);
  const placeless = issues.filter((issue) => issue.lines.length === 0);
  return (
    <>
      <Issues issues={placeless} />
      <ol class="body">
        {lines.map((line) => (
          <Line key={line.number} line={line} issues={issues} />
        ))}
      </ol>
      {left > 0 && <p class="quiet">{howMany(left, 'line')} more</p>}
      {truncated && <p class="quiet">Only its beginning is shown.</p>}
    </>
  );
}

function Line({
  line,
  issues,
}: {
  readonly line: BodyLine;
  readonly issues: readonly RevealedIssue[];
}) {
  const { number, text, issues: here } = line;
  return (
    <li value={number} class={here.length > 0 ? 'wrong' : ''}>
      <span class="at" aria-hidden="true">
        {number}
      </span>
      <code>{text}</code>
      <Issues issues={here.flatMap((each) => issues[each] ?? [])} />
    </li>
  );
}

function Issues({ issues }: { readonly issues: readonly (IssueView & { text?: string })[] }) {
  if (issues.length === 0) return null;
  return (
    <ul class="issues">
      {issues.map(({ severity, code, rule, text, expression }, index) => (
        <li key={index}>
          <strong class={severity === 'error' || severity === 'fatal' ? 'attention' : ''}>
            {severity}
          </strong>{' '}
          <span class="text">{text ?? expression?.join(', ')}</span>{' '}
          <span class="quiet">
            {code}
            {rule !== undefined && `, ${rule}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
