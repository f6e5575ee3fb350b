/** How findings are written: for people, or as JSON or SARIF for machines; each as it is found. */
import type { Issue } from '../../core/verdict.ts';
import { operationOutcome } from '../../fhir/operation-outcome.ts';
import { place } from '../input/entry.ts';
import { printable } from '../printable.ts';
import type { Finding } from './findings.ts';

export const FORMATS = ['text', 'json', 'sarif'] as const;
export type Format = (typeof FORMATS)[number];

export interface Summary {
  readonly validated: number;
  readonly invalid: number;
  /** Errors by the id of the rule. */
  readonly rules: ReadonlyMap<string, number>;
}

export interface Writer {
  begin(): string;
  invalid(finding: Finding): string;
  end(summary: Summary): string;
}

export function writerOf(format: Format): Writer {
  if (format === 'text') return text;
  return format === 'json' ? listed(JSON_DOCUMENT) : listed(SARIF_DOCUMENT);
}

/** `FILE:LINE: OperationOutcome`, and which entry it is of a Bundle. */
const text: Writer = {
  begin: () => '',
  invalid(finding) {
    const { at, resourceType = 'no type', id } = finding;
    const entry = at === undefined ? '' : ` ${at} (${resourceType}${id ? `/${id}` : ''})`;
    const outcome = JSON.stringify(operationOutcome(finding.issues));
    return `${place(finding)}${printable(entry)}: ${printable(outcome)}\n`;
  },
  end: () => '',
};

interface ListDocument {
  readonly begin: string;
  /** Items of the list, as many as a finding has. */
  items(finding: Finding): object[];
  end(summary: Summary): string;
}

function listed(document: ListDocument): Writer {
  let isFirst = true;
  return {
    begin: () => document.begin,
    invalid: (finding) =>
      document
        .items(finding)
        .map((item) => {
          const separator = isFirst ? '\n' : ',\n';
          isFirst = false;
          return `${separator}${printable(JSON.stringify(item))}`;
        })
        .join(''),
    end: (summary) => `\n${document.end(summary)}\n`,
  };
}

const JSON_DOCUMENT: ListDocument = {
  begin: '{"results":[',
  items: ({ issues, ...where }) => [{ ...where, outcome: operationOutcome(issues) }],
  end: ({ validated, invalid, rules }) =>
    `],${JSON.stringify({ validated, invalid, rules: Object.fromEntries(rules) }).slice(1)}`,
};

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
const SARIF_DOCUMENT: ListDocument = {
  begin:
    '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":[',
  items: (finding) => finding.issues.map((issue) => sarifResult(finding, issue)),
  end({ rules }) {
    const driver = {
      name: 'fhir-failsafe',
      informationUri: 'https://fhir-failsafe.dev',
      rules: [...rules.keys()].map((id) => ({ id })),
    };
    return `],"columnKind":"utf16CodeUnits","tool":${JSON.stringify({ driver })}}]}`;
  },
};

const LEVELS = { error: 'error', warning: 'warning', information: 'note' } as const;

function sarifResult({ file, line, at, resourceType, id }: Finding, issue: Issue): object {
  const resource = resourceType === undefined ? undefined : `${resourceType}${id ? `/${id}` : ''}`;
  const logical = issue.expression ?? at;
  const physicalLocation = {
    artifactLocation: { uri: file === '-' ? 'stdin' : encodeURI(file.replaceAll('\\', '/')) },
    ...(line === undefined ? {} : { region: { startLine: line } }),
  };
  return {
    ...(issue.rule === undefined ? {} : { ruleId: issue.rule }),
    level: LEVELS[issue.severity],
    message: { text: issue.text },
    locations: [
      {
        physicalLocation,
        ...(logical === undefined
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: logical, kind: 'element' }] }),
      },
    ],
    ...(resource === undefined ? {} : { properties: { resource } }),
  };
}
