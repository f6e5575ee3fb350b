/**
 * A terminology server. It knows the codes that begin with `known`, and does not know value sets
 * that end in `-unknown`.
 */
import type { HttpAnswer, HttpCall, Server } from './http-call.ts';

const REFUSAL = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'not-found' }],
});

interface Parameters {
  readonly parameter: readonly {
    readonly name: string;
    readonly valueUri?: string;
    readonly valueCoding?: { readonly code?: string };
  }[];
}

export class TerminologyServer implements Server {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  serve({ body }: HttpCall): HttpAnswer {
    const { parameter } = JSON.parse(body) as Parameters;
    const valueSet = parameter.find(({ name }) => name === 'url')?.valueUri ?? '';
    const code = parameter.find(({ name }) => name === 'coding')?.valueCoding?.code ?? '';
    if (valueSet.endsWith('-unknown')) return { status: 404, body: REFUSAL };
    const result = { name: 'result', valueBoolean: code.startsWith('known') };
    const answer = { resourceType: 'Parameters', parameter: [result] };
    return { status: 200, body: JSON.stringify(answer) };
  }
}
