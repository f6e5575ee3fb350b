/**
 * Checks extensions against their definitions: place, value and nested extensions.
 * https://hl7.org/fhir/R4/extensibility.html, https://hl7.org/fhir/R4/defining-extensions.html
 */
import { type CodeSet, isInSet } from './bindings.ts';
import { checkContext, type ExtensionContexts, placeOf } from './extension-context.ts';
import { fhirType, listed, withArticle } from './fhir-types.ts';
import { isObject } from './object.ts';
import { type OpenSet, undecided } from './open-bindings.ts';
import type { ProfileCheck } from './profile-checks.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import { type Check, checkMany, type MemberCheck } from './shapes.ts';

/** The rules from an extension's definition. The compiler writes them. */
export interface ExtensionRule extends ExtensionContexts {
  /**
   * `|CodeableConcept|string|`: types of its value. Absent: it has nested extensions and no value.
   */
  readonly values?: string;
  readonly isValueRequired?: true;
  /** Required binding of the value, if the codes of the value set are loaded. */
  readonly set?: CodeSet;
  /** Required binding of the value, if only a terminology server can decide it. */
  readonly open?: OpenSet;
  readonly isModifier?: true;
  /** For an extension of a guide: the compiled profile of its definition. */
  readonly check?: ProfileCheck;
  /** `|code|period|`: the relative urls that its definition gives to nested extensions. */
  readonly partNames?: string;
  /** Nested extensions, by url. */
  readonly parts?: Readonly<Record<string, ExtensionRule>>;
  /** If it is a nested extension: its cardinality. */
  readonly min?: number;
  readonly max?: number;
}

export type ExtensionRules = ReadonlyMap<string, ExtensionRule>;
type Extension = Record<string, unknown>;

/** The extensions of an element. */
export function extensions(check: Check, rules: ExtensionRules): MemberCheck {
  return (list, report, step, holder, type) =>
    checkExtensions(list, check, report, step, type, holder, rules);
}

function checkExtensions(
  list: unknown,
  check: Check,
  report: Report,
  step: string,
  type: string,
  holder: Record<string, unknown>,
  rules: ExtensionRules,
): void {
  const { placeType, placeStep } = report;
  checkMany(list, check, report, step, type);
  if (!Array.isArray(list)) return;
  for (let i = 0; i < list.length; i++) {
    const before = report.count;
    const url = isObject(list[i]) ? list[i].url : undefined;
    if (typeof url === 'string') {
      const rule = rules.get(url);
      if (rule) {
        const place = placeOf(placeType, placeStep);
        checkContext(list[i], url, rule, report, type, place, holder);
        known(list[i], url, rule, report, step);
      } else if (type !== 'Extension') unknown(url, report);
    }
    if (report.count !== before) report.under(before, `${step}[${i}]`);
  }
}

function unknown(url: string, report: Report): void {
  if (url.includes('|')) {
    report.error(
      'fhir-r4/extension-url',
      'value',
      `The url ${quote(url)} of an extension must not have a version`,
    );
  } else if (!url.includes(':')) {
    report.error(
      'fhir-r4/extension-url',
      'value',
      `The url ${quote(url)} of an extension must be absolute`,
    );
  } else {
    report.byPolicy(
      report.settings.unknownExtension,
      'fhir-r4/extension-unknown',
      'extension',
      `The extension ${quote(url)} is not known`,
    );
  }
}

function known(
  extension: Extension,
  url: string,
  rule: ExtensionRule,
  report: Report,
  step: string,
): void {
  if ((step === 'modifierExtension') !== (rule.isModifier === true)) {
    const word = rule.isModifier
      ? 'is a modifier: it must be'
      : 'is not a modifier: it must not be';
    report.error(
      'fhir-r4/extension-modifier',
      'extension',
      `The extension ${quote(url)} ${word} in modifierExtension`,
    );
  }
  if (rule.partNames !== undefined) checkNames(extension['extension'], url, rule.partNames, report);
  if (rule.check) rule.check(extension, report);
  else content(extension, url, rule, report);
}

/** A relative url means nothing unless the definition of the extension around it defines it. */
function checkNames(list: unknown, url: string, names: string, report: Report): void {
  for (const [i, part] of Array.isArray(list) ? list.entries() : []) {
    const name = isObject(part) ? part['url'] : undefined;
    if (typeof name !== 'string' || name.includes(':') || isNamed(name, names)) continue;
    const before = report.count;
    const defined = names === '||' ? 'none' : `only ${names.slice(1, -1).split('|').join(', ')}`;
    const said = `The relative url ${quote(name)} is not defined: ${quote(url)} defines ${defined}`;
    report.error('fhir-r4/extension-parts', 'extension', said);
    report.under(before, `extension[${i}]`);
  }
}

function isNamed(name: string, names: string): boolean {
  return !name.includes('|') && names.includes(`|${name}|`);
}

function content(extension: Extension, url: string, rule: ExtensionRule, report: Report): void {
  const key = valueKey(extension);
  if (rule.values === undefined) {
    if (key !== undefined)
      report.error(
        'fhir-r4/extension-value',
        'extension',
        `The extension ${quote(url)} must not have a value`,
      );
  } else {
    checkValue(extension, key, url, rule, rule.values, report);
  }
  if (rule.parts) checkParts(extension['extension'], url, rule.parts, report);
  else if (extension['extension'] !== undefined) {
    report.error(
      'fhir-r4/extension-parts',
      'extension',
      `The extension ${quote(url)} must not have nested extensions`,
    );
  }
}

function checkValue(
  extension: Extension,
  key: string | undefined,
  url: string,
  rule: ExtensionRule,
  types: string,
  report: Report,
): void {
  if (key === undefined) {
    if (rule.isValueRequired) {
      report.error(
        'fhir-r4/extension-value',
        'required',
        `The extension ${quote(url)} must have a value`,
      );
    }
    return;
  }
  const type = key.slice(5);
  const set = rule.set ?? rule.open?.bound;
  const isAllowed = types.includes(`|${type}|`);
  if (!isAllowed) {
    const allowed = listed(
      types
        .slice(1, -1)
        .split('|')
        .map((each) => withArticle(fhirType(each))),
    );
    const said = `The value of ${quote(url)} must be ${allowed}, found ${quote(fhirType(type))}`;
    report.error('fhir-r4/extension-value', 'extension', said);
  } else if (set && !isInSet(extension[key], set)) {
    const said = `The value of ${quote(url)} is not in ${set.url}`;
    report.error('fhir-r4/required-binding', 'code-invalid', said);
  } else if (rule.open && report.asks) {
    undecided(extension[key], rule.open, 'required', report, '');
  }
}

function checkParts(
  list: unknown,
  url: string,
  rules: Readonly<Record<string, ExtensionRule>>,
  report: Report,
): void {
  const counts = new Map<string, number>();
  for (const [i, part] of Array.isArray(list) ? list.entries() : []) {
    const name = isObject(part) ? part['url'] : undefined;
    if (typeof name !== 'string' || !Object.hasOwn(rules, name)) continue;
    const rule = rules[name];
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const before = report.count;
    if (rule) content(part, name, rule, report);
    if (report.count !== before) report.under(before, `extension[${i}]`);
  }
  for (const [name, { min = 0, max = Number.POSITIVE_INFINITY }] of Object.entries(rules)) {
    const count = counts.get(name) ?? 0;
    if (count >= min && count <= max) continue;
    const range = `${min}..${max === Number.POSITIVE_INFINITY ? '*' : max}`;
    const said = `The extension ${quote(url)} has ${count} of ${quote(name)}, which is ${range}`;
    report.error('fhir-r4/extension-parts', count < min ? 'required' : 'structure', said);
  }
}

function valueKey(extension: Extension): string | undefined {
  for (const key in extension) {
    if (key.startsWith('value')) return key;
    if (key.startsWith('_value')) return key.slice(1);
  }
  return undefined;
}
