/** Rules from the text of https://hl7.org/fhir/R4/questionnaire.html */
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { eachNode, pathOf } from './nodes.ts';

const CHILDREN = 'item';

/** `enableWhen` asks for the answer to another item of the questionnaire. */
export function questionnaire(items: unknown, report: Report): void {
  let linkIds: Set<unknown> | undefined;
  eachNode(items, CHILDREN, ({ enableWhen, linkId }, way) => {
    if (!Array.isArray(enableWhen)) return;
    for (const [i, each] of enableWhen.entries()) {
      const question = isObject(each) ? each['question'] : undefined;
      if (typeof question !== 'string') continue;
      linkIds ??= linkIdsIn(items);
      if (question !== linkId && linkIds.has(question)) continue;
      const what = question === linkId ? 'the item itself' : 'no item of the questionnaire';
      const step = report.isFull ? '' : `${pathOf(way, CHILDREN)}.enableWhen[${i}]`;
      const said = `The question ${quote(question)} is ${what}`;
      report.error('fhir-r4/questionnaire-enable-when', 'business-rule', said, step);
    }
  });
}

function linkIdsIn(items: unknown): Set<unknown> {
  const found = new Set<unknown>();
  eachNode(items, CHILDREN, ({ linkId }) => found.add(linkId));
  return found;
}
