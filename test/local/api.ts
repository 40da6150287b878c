/** An answer of the app, its JSON already read. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Calls the app as an administrator would. */
export interface Api {
  /** Any status is an answer. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** The body of a success; throws with the problem's text otherwise. */
  expect<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** Opens the API at `baseUrl`; a token is asked for each call, so that it never goes stale in a long run. */
export function createApi(baseUrl: string, getToken: () => Promise<string>): Api {
  const call: Api['call'] = async (method, path, body) => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${await getToken()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    call,
    expect: async <T>(method: string, path: string, body?: unknown) => {
      const answer = await call(method, path, body);
      if (answer.status >= 400)
        throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
  };
}
