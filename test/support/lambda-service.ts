/** The local runtime's Lambda API with mappings that feed nothing, and functions made by a test. */
import { SwitchedMapping } from '../../packages/local-lambda/event-source/switched-mapping.ts';
import type { FunctionSpec } from '../../packages/local-lambda/lambda/function-spec.ts';
import {
  type LambdaApi,
  startLambdaApi,
} from '../../packages/local-lambda/lambda-api/lambda-api.ts';
import { arn } from '../../packages/local-lambda/template/account.ts';

/** Answers an invocation; a thrown error is the function's error. */
type Invoked = (event: unknown) => Promise<unknown>;

/** One for each process, like the emulators. */
let api: Promise<LambdaApi> | undefined;

export class LambdaService {
  readonly #mappings = new Map<string, SwitchedMapping>();
  readonly #functions = new Map<string, FunctionSpec>();
  readonly #handlers = new Map<string, Invoked>();
  #api: LambdaApi | undefined;

  async start(): Promise<void> {
    api ??= startLambdaApi();
    this.#api = await api;
    this.#serve();
    process.env['AWS_ENDPOINT_URL_LAMBDA'] = this.#api.endpoint;
  }

  async stop(): Promise<void> {
    delete process.env['AWS_ENDPOINT_URL_LAMBDA'];
    await Promise.all([...this.#mappings.values()].map((mapping) => mapping.stop()));
  }

  /**
   * An enabled mapping; called again, it is as a deployment would recreate it. `settleMs` is how long a
   * change of it takes.
   */
  addMapping(uuid: string, concurrencyMax: number, settleMs = 0): void {
    void this.#mappings.get(uuid)?.stop();
    const identity = {
      uuid,
      logicalId: uuid,
      functionArn: arn('lambda', uuid),
      eventSourceArn: arn('sqs', uuid),
      batchSize: 1,
      windowSeconds: 0,
      functionResponseTypes: [],
    };
    const idle = () => ({ inFlight: () => 0, end: async () => {} });
    const initially = { enabled: true, concurrencyMax };
    this.#mappings.set(uuid, new SwitchedMapping(identity, initially, idle, settleMs));
    this.#serve();
  }

  mapping(uuid: string): SwitchedMapping | undefined {
    return this.#mappings.get(uuid);
  }

  /** From now on the function with that name answers so. */
  answer(name: string, handler: Invoked): void {
    this.#handlers.set(name, handler);
    // The API needs only the name of a function that is not a process.
    this.#functions.set(name, { name } as FunctionSpec);
    this.#serve();
  }

  /** A function with that name gets these variables. */
  configure(name: string, variables: Record<string, string>): void {
    this.#functions.set(name, { name, configured: variables } as FunctionSpec);
    this.#serve();
  }

  #serve(): void {
    this.#api?.serve({
      functions: this.#functions,
      mappings: [...this.#mappings.values()],
      invokeNow: async ({ name }, payload) => {
        try {
          const answer = await this.#handlers.get(name)?.(JSON.parse(payload));
          return { status: 'success', payload: JSON.stringify(answer) };
        } catch (error) {
          return { status: 'error', errorType: 'Runtime.ExitError', errorMessage: String(error) };
        }
      },
    });
  }
}
