/**
 * Replaces the worker threads and the child process of `validate`. A resource says what happens to
 * it (simulation/submission.ts), and that happens after some virtual time. No thread is started,
 * and FHIR rules are not checked.
 */
import type { VerdictOrNone } from '../functions/validate/isolated-validator.ts';
import type { Places } from '../functions/validate/parts.ts';
import type { Issue } from '../packages/fhir-validator/issue.ts';
import type { Host } from './host.ts';
import type { Random } from './random.ts';
import { crash, ScriptedPlace, type Step } from './scripted-place.ts';
import type { Nature } from './submission.ts';
import { NATURE_SYSTEM } from './submission-draft.ts';

const VALUE_SET = 'https://fhir-failsafe.dev/simulated/codes';
/** As long as a description of an error can be (packages/isolation/death.ts). */
const LONG_REASON = `Error ${'at simulated (simulated.ts:1:1) '.repeat(31)}`.slice(0, 1_000);
const WORKERS = 2;
const VALIDATING_MS = 3;
/** Ms until a worker's heap is full. */
const FILLING_MS = 400;
/** When a text is given up among others. */
const SLOW_MS = 300;
/** V8 cannot interrupt the rest, or fills the heap before the next look. */
const SLOW_OF_GREEDY = 0.8;
const SLOW_OF_OTHERS = 0.005;

/** One for all hosts, because a `flaky` resource may have crashed in another environment before. */
export class ScriptedValidation {
  /** The `flaky` resources that crashed. */
  readonly #crashed = new Set<string>();
  readonly #onGivenUp: (number: number, host: Host) => void;

  /** Whether `misjudged` and `mended` resources may get another verdict each time, as where old and new code take turns. */
  readonly #isFickle: () => boolean;

  constructor(
    onGivenUp: (number: number, host: Host) => void = () => {},
    isFickle: () => boolean = () => false,
  ) {
    this.#onGivenUp = onGivenUp;
    this.#isFickle = isFickle;
  }

  /** Where an environment of `validate` on that host runs resources. Deployments after the first have fewer faults. */
  placesOn(host: Host, deadlineMs: number, deployment: number): Places {
    const script = (text: string, inBatch: boolean) =>
      this.#script(text, host, { deadlineMs, isMended: deployment > 0, inBatch });
    return {
      pool: new ScriptedPlace({ host, script, size: WORKERS, isOwnProcess: false }),
      ownProcess: new ScriptedPlace({ host, script, size: 1, isOwnProcess: true }),
    };
  }

  #script(text: string, host: Host, { deadlineMs, isMended, inBatch }: Circumstances): Step {
    const said = readSaid(text);
    if (said === undefined) return { ms: 1, ending: invalid('not JSON') };
    const { resourceType, id } = said;
    const { draws } = host;
    const isGreedy = said.nature === 'hang' || said.nature === 'heap';
    if (inBatch && draws.chance(isGreedy ? SLOW_OF_GREEDY : SLOW_OF_OTHERS)) {
      this.#onGivenUp(said.number, host);
      return { ms: SLOW_MS, ending: { kind: 'no-verdict', because: 'slow' } };
    }
    const ms = draws.duration(VALIDATING_MS);
    switch (this.#performed(said.nature, text, isMended, draws)) {
      case 'valid':
        return { ms, ending: { kind: 'valid', resourceType, id, issues: issuesOf(said) } };
      case 'invalid':
        return { ms, ending: invalid('it says so', { resourceType, id }) };
      case 'throw':
        return {
          ms,
          ending: crash('exception', said.number % 4 === 0 ? LONG_REASON : 'Error thrown'),
        };
      case 'hang':
        return { ms: deadlineMs, ending: crash('timeout', 'exceeded its deadline') };
      case 'heap':
        return { ms: draws.duration(FILLING_MS), ending: crash('out-of-memory', 'heap') };
      case 'exit':
        return { ms, ending: crash('exit', 'exited with code 1') };
      case 'kill':
        return { ms, ending: 'its process dies' };
    }
  }

  #performed(nature: Nature, text: string, isMended: boolean, draws: Random): Performed {
    switch (nature) {
      case 'mended':
        return (this.#isFickle() ? draws.chance(0.5) : isMended) ? 'valid' : 'throw';
      case 'misjudged':
        return isMended || (this.#isFickle() && draws.chance(0.5)) ? 'valid' : 'invalid';
      case 'flaky':
        return this.#natureOfFlaky(text);
      case 'coded':
      case 'unlisted':
      case 'refused-by-server':
      case 'failing-at-server':
        return 'valid';
      default:
        return nature;
    }
  }

  #natureOfFlaky(text: string): 'throw' | 'valid' {
    if (this.#crashed.has(text)) return 'valid';
    this.#crashed.add(text);
    return 'throw';
  }
}

/** What validation itself does with a resource. */
type Performed = 'valid' | 'invalid' | 'throw' | 'hang' | 'heap' | 'exit' | 'kill';

interface Circumstances {
  readonly deadlineMs: number;
  readonly isMended: boolean;
  readonly inBatch: boolean;
}

interface Said {
  readonly resourceType: string;
  readonly id: string;
  readonly nature: Nature;
  /** Of its submission. */
  readonly number: number;
}

/** Undefined if it is not JSON. */
function readSaid(text: string): Said | undefined {
  try {
    const { resourceType, id, meta, identifier } = JSON.parse(text) as {
      resourceType: string;
      id: string;
      meta?: { tag?: { system: string; code: Nature }[] };
      identifier?: { value: string }[];
    };
    const nature = meta?.tag?.find(({ system }) => system === NATURE_SYSTEM)?.code;
    const number = Number(identifier?.[0]?.value ?? 0);
    return { resourceType, id, number, nature: nature ?? 'valid' };
  } catch {
    return undefined;
  }
}

/** How many different codes there are: the same are asked again. */
const CODES = 7;

/** A question to the terminology server, where the resource has one. */
function issuesOf({ nature, number }: Said): Issue[] {
  if (nature !== 'coded' && nature !== 'unlisted') return [];
  // The server does not know one of the value sets.
  const valueSet = nature === 'coded' && number % 3 === 0 ? `${VALUE_SET}-unknown` : VALUE_SET;
  const code = `${nature === 'coded' ? 'known' : 'other'}-${number % CODES}`;
  const undecided = {
    ...({ valueSet, strength: 'required', otherwise: `${code} is not in the value set` } as const),
    codings: [{ system: NATURE_SYSTEM, code }],
  };
  const text = `${code} was not verified`;
  return [{ severity: 'information', code: 'informational', text, undecided }];
}

function invalid(
  text: string,
  identity: { resourceType?: string; id?: string } = {},
): VerdictOrNone {
  const issue = { severity: 'error', code: 'invalid', text, rule: 'simulated' } as const;
  return { kind: 'invalid', ...identity, issues: [issue] };
}
