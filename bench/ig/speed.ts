/** The cost of profiles: the same resources with and without their meta.profile. */
import type { Profiles } from '../../packages/fhir-validator/runtime/profiles.ts';
import type { Selection } from '../../packages/fhir-validator/runtime/selection.ts';
import { processorMs } from '../fhir/rate.ts';
import { subjects } from '../fhir/subjects.ts';

type Json = Record<string, unknown>;

const WARM_MS = 500;
const ROUND_MS = 300;
const ROUNDS = 4;

export function speedOf(
  resources: readonly Json[],
  validate: (resource: Json) => unknown,
): { without: number; kept: number } {
  // An empty list is not valid FHIR, but an unknown profile would be a warning. Neither must be
  // measured.
  const bare = resources.map((each) => {
    const { profile: _, ...meta } = (each['meta'] ?? {}) as Json;
    const { meta: __, ...rest } = each;
    return Object.keys(meta).length > 0 ? { ...rest, meta } : rest;
  });
  return { without: rateOf(bare, validate), kept: rateOf(resources, validate) };
}

/** The subjects of `npm run bench:fhir`, and the same with a profile for each type. */
export function sharesOf(
  profiles: Profiles,
  guide: string,
  validate: (resource: Json, undecided: boolean, selection: Selection) => unknown,
): string[] {
  const byType = new Map<string, string>();
  for (const { url, type } of profiles.values()) {
    const isOfGuide = url.includes(guide) && !byType.has(type);
    if (isOfGuide || url.endsWith(`${guide}${type.toLowerCase()}`)) byType.set(type, url);
  }
  const selection = Object.fromEntries(
    [...byType].map(([type, url]) => [type, { always: [url], ifNoneDeclared: [] }]),
  );
  return subjects().map(({ name, texts }) => {
    const values = texts.map((text) => JSON.parse(text) as Json);
    const [without, kept] = [{}, selection].map((each) =>
      rateOf(values, (value) => validate(value, false, each)),
    );
    const share = ((kept ?? 0) / (without ?? 1)).toFixed(2);
    const [a, b] = [without, kept].map((each) => Math.round(each ?? 0).toLocaleString('en'));
    return `${name} of bench:fhir: ${a} a second, ${b} held against ${guide}…: ${share}`;
  });
}

/** Resources a second of processor time. */
function rateOf(resources: readonly Json[], validate: (resource: Json) => unknown): number {
  const run = (ms: number): number => {
    const started = processorMs();
    let done = 0;
    for (; processorMs() - started < ms; done += resources.length) {
      for (const each of resources) validate(each);
    }
    return (done * 1000) / (processorMs() - started);
  };
  run(WARM_MS);
  return Math.max(...Array.from({ length: ROUNDS }, () => run(ROUND_MS)));
}
