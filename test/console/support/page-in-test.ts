/** Makes requests to a console as its page does, with the token of its address. */
import type { Events } from '../../../console/contract/events.ts';
import type { Failed } from '../../../console/contract/routes.ts';
import { ROUTES, TOKEN_HEADER } from '../../../console/contract/routes.ts';

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
  readonly error: Failed['error'] | undefined;
}

export class PageInTest {
  readonly #origin: string;
  readonly #headers: Record<string, string>;

  constructor(address: string) {
    const { origin, hash } = new URL(address);
    this.#origin = origin;
    this.#headers = { [TOKEN_HEADER]: hash.replace('#token=', '') };
  }

  async get<T>(route: string, query: Record<string, string> = {}): Promise<Answered<T>> {
    const url = `${this.#origin}${route}?${new URLSearchParams(query)}`;
    return answered(await fetch(url, { headers: this.#headers }));
  }

  async post<T>(route: string, body: unknown): Promise<Answered<T>> {
    const headers = {
      ...this.#headers,
      origin: this.#origin,
      'content-type': 'application/json',
    };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    return answered(await fetch(`${this.#origin}${route}`, request));
  }

  /** Waits for an event with this name that matches, and returns it. */
  async until<Name extends keyof Events>(
    name: Name,
    isWanted: (data: Events[Name]) => boolean = () => true,
  ): Promise<Events[Name]> {
    for await (const event of this.events()) {
      if (event.name !== name) continue;
      const data = event.data as Events[Name];
      if (isWanted(data)) return data;
    }
    throw new Error(`the stream ended before ${name} was as wanted`);
  }

  async *events(): AsyncGenerator<{ readonly name: string; readonly data: unknown }> {
    const looking = new AbortController();
    const { signal } = looking;
    const response = await fetch(`${this.#origin}${ROUTES.events}`, {
      headers: this.#headers,
      signal,
    });
    let text = '';
    try {
      for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(
        new TextDecoderStream(),
      )) {
        const events = `${text}${chunk}`.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
          if (name !== '') yield { name, data: JSON.parse(data) };
        }
      }
    } finally {
      looking.abort();
    }
  }
}

async function answered<T>(response: Response): Promise<Answered<T>> {
  const body = (await response.json()) as T & Partial<Failed>;
  return { status: response.status, body, error: body.error };
}
