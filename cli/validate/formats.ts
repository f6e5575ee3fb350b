/**
 * Output formats of findings: for people, or as JSON or SARIF for programs; each is written when it is
 * found.
 */
import { operationOutcome } from '../../packages/fhir-validator/operation-outcome.ts';
import { printable } from '../../terminal/printable.ts';
import type { Finding, LocatedIssue } from './findings.ts';
import { readable } from './readable.ts';

export const FORMATS = ['text', 'json', 'sarif'] as const;
export type Format = (typeof FORMATS)[number];

export interface Summary {
  readonly validated: number;
  readonly invalid: number;
  /** Codes that no package here decides. */
  readonly unverified: number;
  /** Errors by the id of the rule. */
  readonly rules: ReadonlyMap<string, number>;
  /** Valid resources with warnings, and all warnings by the id of the rule, if requested. */
  readonly warned?: number;
  readonly warnings?: ReadonlyMap<string, number>;
}

export interface Writer {
  begin(): string;
  found(finding: Finding): string;
  end(summary: Summary): string;
}

export function writerOf(format: Format): Writer {
  if (format === 'text') return { begin: () => '', found: readable, end: () => '' };
  return format === 'json' ? listed(JSON_DOCUMENT) : listed(SARIF_DOCUMENT);
}

interface ListDocument {
  readonly begin: string;
  /** Items of the list: one for each finding. */
  items(finding: Finding): object[];
  end(summary: Summary): string;
}

function listed(document: ListDocument): Writer {
  let isFirst = true;
  return {
    begin: () => document.begin,
    found: (finding) =>
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
  items: ({ issues, ...where }) => [{ ...where, outcome: outcomeOf(issues) }],
  end({ validated, invalid, rules, unverified, warned, warnings }) {
    const summary = {
      validated,
      invalid,
      rules: Object.fromEntries(rules),
      ...(unverified > 0 && { unverified }),
      ...(warnings && { warned, warnings: Object.fromEntries(warnings) }),
    };
    return `],${JSON.stringify(summary).slice(1)}`;
  },
};

/** http://hl7.org/fhir/R4/extension-operationoutcome-issue-line.html, as HL7's tools use it. */
const LINE = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line';

function outcomeOf(issues: readonly LocatedIssue[]): object {
  const { issue: said, ...outcome } = operationOutcome(issues);
  const issue = said.map(({ extension = [], ...each }, i) => {
    const line = issues[i]?.line;
    const all = line === undefined ? extension : [...extension, { url: LINE, valueInteger: line }];
    return { ...each, ...(all.length > 0 && { extension: all }) };
  });
  return { ...outcome, issue };
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
const SARIF_DOCUMENT: ListDocument = {
  begin:
    '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":[',
  items: (finding) => finding.issues.map((issue) => sarifResult(finding, issue)),
  end({ rules, warnings = new Map() }) {
    const driver = {
      name: 'fhir-failsafe',
      rules: [...new Set([...rules.keys(), ...warnings.keys()])].map((id) => ({ id })),
    };
    return `],"columnKind":"utf16CodeUnits","tool":${JSON.stringify({ driver })}}]}`;
  },
};

const LEVELS = { error: 'error', warning: 'warning', information: 'note' } as const;

function sarifResult({ file, line, at, resourceType, id }: Finding, issue: LocatedIssue): object {
  const resource = resourceType === undefined ? undefined : `${resourceType}${id ? `/${id}` : ''}`;
  const logical = issue.expression ?? at;
  const startLine = issue.line ?? line;
  const physicalLocation = {
    artifactLocation: { uri: file === '-' ? 'stdin' : encodeURI(file.replaceAll('\\', '/')) },
    ...(startLine === undefined ? {} : { region: { startLine } }),
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
