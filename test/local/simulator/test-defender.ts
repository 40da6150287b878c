import type { Simulator } from './simulator.ts';

/** The API as one app sees it. */
export interface TestDefender {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests read whatever the API says, without a schema of it.
  readonly body: { readonly [name: string]: unknown };
  /** Error code and `value` of the body, which most tests ask for. */
  readonly code: unknown;
  readonly value: readonly Readonly<Record<string, unknown>>[];
}

export function asApp(simulator: Simulator, token: string): TestDefender {
  return {
    call: async (method, path, body) => {
      const response = await fetch(new URL(path, simulator.origin), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'user-agent': 'MdePartner-Contoso-Test/1.0.0',
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
      const error = parsed['error'] as { readonly code?: unknown } | undefined;
      const value = Array.isArray(parsed['value']) ? (parsed['value'] as Answer['value']) : [];
      return { status: response.status, headers: response.headers, body: parsed, code: error?.code, value };
    },
  };
}

/** A valid submission. */
export function toSubmission(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ...{ indicatorValue: 'bad.example', indicatorType: 'DomainName', action: 'Block', title: 't', description: 'd' },
    ...changes,
  };
}
