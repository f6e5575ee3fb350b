/**
 * Replaces the worker threads and the child process of `validate`. A resource says what happens to
 * it (simulation/submission.ts), and that happens after some virtual time. No thread is started,
 * and FHIR rules are not checked.
 */
import { ComponentFault } from '../core/message/component-fault.ts';
import type {
  IsolatedValidator,
  ValidateOptions,
  VerdictOrNone,
} from '../functions/validate/isolated-validator.ts';
import type { Places } from '../functions/validate/parts.ts';
import type { Issue } from '../packages/fhir-validator/issue.ts';
import type { Host } from './host.ts';
import type { Random } from './random.ts';
import type { Nature } from './submission.ts';
import { NATURE_SYSTEM } from './submission-draft.ts';

const VALUE_SET = 'https://fhir-failsafe.dev/simulated/codes';
/** As long as a description of an error can be (packages/isolation/death.ts). */
const LONG_REASON = `Error ${'at simulated (simulated.ts:1:1) '.repeat(31)}`.slice(0, 1_000);
const WORKERS = 2;
const LOADING_MS = 800;
const VALIDATING_MS = 3;
/** Ms until a worker's heap is full. */
const FILLING_MS = 400;
/** When a text is given up among others. */
const SLOW_MS = 1_200;
/** V8 cannot interrupt the rest. */
const SLOW_OF_HUNG = 0.8;
const SLOW_OF_OTHERS = 0.005;

/** One for all hosts, because a `flaky` resource may have crashed in another environment before. */
export class ScriptedValidation {
  /** The `flaky` resources that crashed. */
  readonly #crashed = new Set<string>();
  readonly #onGivenUp: (number: number, host: Host) => void;

  /** Whether `misjudged` resources get another verdict each time. */
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
    if (inBatch && draws.chance(said.nature === 'hang' ? SLOW_OF_HUNG : SLOW_OF_OTHERS)) {
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
        return isMended ? 'valid' : 'throw';
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

/** What happens to a text, and after how many ms. */
interface Step {
  readonly ms: number;
  readonly ending: VerdictOrNone | 'its process dies';
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

function crash(
  kind: Extract<VerdictOrNone, { kind: 'crash' }>['crash'],
  reason: string,
): VerdictOrNone {
  return { kind: 'crash', crash: kind, reason };
}

const OUT_OF_TIME = { kind: 'no-verdict', because: 'out-of-time' } as const;

interface PlaceOptions {
  readonly host: Host;
  readonly script: (text: string, inBatch: boolean) => Step;
  /** Number of texts that run at the same time. */
  readonly size: number;
  /**
   * True for the child process: what kills a process does not kill the environment. It loads on
   * demand.
   */
  readonly isOwnProcess: boolean;
}

interface Task {
  readonly text: string;
  readonly inBatch: boolean;
  /** Only the first call counts. */
  readonly end: (verdict: VerdictOrNone) => void;
  isOver: boolean;
  callOff: (() => void) | undefined;
}

class ScriptedPlace implements IsolatedValidator {
  readonly #options: PlaceOptions;
  #waiting: Task[] = [];
  readonly #running = new Set<Task>();
  /** Time at which its worker or process has loaded. Undefined if none was started. */
  #loadedAt: number | undefined;

  constructor(options: PlaceOptions) {
    this.#options = options;
    if (!options.isOwnProcess) this.#load();
  }

  async ready(signal?: AbortSignal): Promise<void> {
    try {
      await this.#options.host.pause(this.#load(), signal);
    } catch (cause) {
      this.#endUselessLoad();
      throw new ComponentFault('the time was up before it could begin', { cause });
    }
  }

  validate(
    text: string,
    _submittedAt: number,
    _off?: () => readonly number[],
    { signal, inBatch = false }: ValidateOptions = {},
  ): Promise<VerdictOrNone> {
    if (signal?.aborted) return Promise.resolve(OUT_OF_TIME);
    const { promise, resolve } = Promise.withResolvers<VerdictOrNone>();
    const abort = () => this.#abort(task);
    const end = (verdict: VerdictOrNone) => {
      task.isOver = true;
      task.callOff?.();
      this.#running.delete(task);
      signal?.removeEventListener('abort', abort);
      resolve(verdict);
      this.#begin();
    };
    const task: Task = { text, inBatch, end, isOver: false, callOff: undefined };
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(task);
    this.#begin();
    return promise;
  }

  /** Starts to load if necessary. Returns the ms until it has loaded. */
  #load(): number {
    const { host } = this.#options;
    const { now } = host.scheduler;
    this.#loadedAt ??= now + host.draws.duration(LOADING_MS);
    return Math.max(0, this.#loadedAt - now);
  }

  #begin(): void {
    const { host, size } = this.#options;
    this.#waiting = this.#waiting.filter(({ isOver }) => !isOver);
    while (this.#running.size < size) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running.add(task);
      const loadingMs = this.#load();
      if (loadingMs === 0) this.#run(task);
      else task.callOff = host.later(loadingMs, () => this.#run(task));
    }
  }

  #run(task: Task): void {
    const { host, script } = this.#options;
    const { ms, ending } = script(task.text, task.inBatch);
    task.callOff = host.later(ms, () => {
      if (ending !== 'its process dies') task.end(ending);
      else this.#die(task);
    });
  }

  #die(task: Task): void {
    const { isOwnProcess, host } = this.#options;
    if (!isOwnProcess) {
      host.die();
      return;
    }
    this.#loadedAt = undefined;
    task.end(crash('exit', 'its process was killed by SIGKILL'));
  }

  /** Its invocation has ended: kills a process that runs it, or that has not loaded. */
  #abort(task: Task): void {
    if (this.#options.isOwnProcess && this.#running.has(task)) this.#loadedAt = undefined;
    task.end(OUT_OF_TIME);
    this.#endUselessLoad();
  }

  #endUselessLoad(): void {
    const { isOwnProcess, host } = this.#options;
    const isWanted = this.#waiting.length > 0 || this.#running.size > 0;
    const isLoading = this.#loadedAt !== undefined && this.#loadedAt > host.scheduler.now;
    if (isOwnProcess && isLoading && !isWanted) this.#loadedAt = undefined;
  }
}
