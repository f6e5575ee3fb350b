/**
 * Checks where an extension is allowed: https://hl7.org/fhir/R4/defining-extensions.html#context
 */
import { plainText } from './object.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';

/** The contexts of an extension's definition. The compiler writes them. */
export interface ExtensionContexts {
  /**
   * `|Patient|HumanName.family|`: types and element paths where it is allowed. Absent: anywhere.
   */
  readonly on?: string;
  /** `|url|`: extensions that may contain it. */
  readonly within?: string;
  /** Tests of FHIRPath selections: it is also allowed on the elements that they select. */
  readonly selected?: readonly ContextTest[];
  /**
   * Conditions on the element that has it, with the element's type. All conditions of one list must
   * hold.
   */
  readonly holds?: readonly (readonly Condition[])[];
}

type Extension = Record<string, unknown>;

/** Arguments: the object that has the extension, the resource, its root, the extension, the report. */
type ContextTest = (
  holder: Record<string, unknown>,
  resource: unknown,
  root: unknown,
  extension: Extension,
  report: Report,
) => boolean;

interface Condition {
  readonly of: string;
  readonly says: string;
  readonly test: ContextTest;
}

export function checkContext(
  extension: Extension,
  url: string,
  rule: ExtensionContexts,
  report: Report,
  type: string,
  place: string,
  holder: Record<string, unknown>,
): void {
  const { resource, root } = report;
  if (rule.on !== undefined && !isAllowedOn(rule.on, type, place, report)) {
    // On the value of an extension it is in that extension too, whose url is not at hand there.
    const isWithin =
      type === 'Extension'
        ? rule.within?.includes(`|${plainText(holder['url'])}|`) === true
        : rule.within !== undefined && place === 'Extension.value';
    const isSelected = () =>
      rule.selected?.some((test) => test(holder, resource, root, extension, report)) === true;
    if (!isWithin && !isSelected()) {
      report.error(
        'fhir-r4/extension-context',
        'extension',
        `The extension ${quote(url)} is not allowed on ${place || type}`,
      );
    }
  }
  const broken = rule.holds?.map((conditions) =>
    conditions.find(
      ({ of, test }) => of === type && !test(holder, resource, root, extension, report),
    ),
  );
  if (broken?.every((each) => each !== undefined)) {
    const says = broken.map((each) => each?.says).join(', or ');
    const said = `The extension ${quote(url)} is only allowed where ${says}`;
    report.error('fhir-r4/extension-context', 'extension', said);
  }
}

/** `Patient.birthDate`. The step may be one type of a choice, or a primitive's `_` sibling. */
export function placeOf(type: string, step: string): string {
  const name = step.startsWith('_') ? step.slice(1) : step;
  return type === '' ? '' : `${type}.${name.split('.', 1)[0]}`;
}

function isAllowedOn(on: string, type: string, path: string, report: Report): boolean {
  if (on.includes(`|${type}|`) || (path !== '' && on.includes(`|${path}|`))) return true;
  const { resourceTypes } = report.settings;
  if (resourceTypes.has(type) && on.includes('|Resource|')) return true;
  // In a resource, what has elements of its own and is of no data type is a BackboneElement.
  if (resourceTypes.has(headOf(type)) && on.includes('|BackboneElement|')) return true;
  const head = headOf(path);
  return resourceTypes.has(head) && on.includes(`|Resource${path.slice(head.length)}|`);
}

/** `Observation` of `Observation.component`. Nothing of a name without a dot. */
function headOf(path: string): string {
  return path.slice(0, Math.max(0, path.indexOf('.')));
}
