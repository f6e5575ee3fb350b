/** What the profiles cost: the same resources with and without their meta.profile. */
type Json = Record<string, unknown>;

const WARM_MS = 500;
const ROUND_MS = 300;
const ROUNDS = 4;

export function speedOf(
  resources: readonly Json[],
  validate: (resource: Json) => unknown,
): { without: number; kept: number } {
  // An empty list is no FHIR, but an unknown profile would be a warning: neither is to be measured.
  const bare = resources.map((each) => {
    const { profile: _, ...meta } = (each['meta'] ?? {}) as Json;
    const { meta: __, ...rest } = each;
    return Object.keys(meta).length > 0 ? { ...rest, meta } : rest;
  });
  return { without: rateOf(bare, validate), kept: rateOf(resources, validate) };
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

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
