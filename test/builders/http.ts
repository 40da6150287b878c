import { HttpRequest, InvocationContext } from '@azure/functions';
import type { HttpHandler, HttpRequestInit, HttpResponseInit } from '@azure/functions';

/** A request as a test writes it down. */
export interface TestRequest {
  readonly method?: string;
  /** Path and query; the host is one that nobody should believe. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  /** Sent as JSON, with its content type. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Uint8Array;
}

/** A real request of the Functions library. */
export function httpRequest({
  method = 'GET',
  url = '/',
  headers = {},
  params = {},
  json,
  body,
}: TestRequest): HttpRequest {
  const content = json === undefined ? body : JSON.stringify(json);
  return new HttpRequest({
    method,
    url: `http://untrusted.example${url}`,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    params: { ...params },
    ...(content === undefined ? {} : { body: typeof content === 'string' ? { string: content } : { bytes: content } }),
  });
}

/** A request whose body comes in pieces, without a length, as the worker hands it over with HTTP streaming on. */
export function streamedRequest(request: TestRequest, pieces: AsyncIterable<Uint8Array>): HttpRequest {
  const { method = 'POST', url = '/', headers = {}, params = {} } = request;
  const nativeRequest = new Request(`http://untrusted.example${url}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: ReadableStream.from(pieces),
    duplex: 'half',
  });
  // The library's own way in for streamed requests; its types keep it private.
  return new HttpRequest({ nativeRequest, params } as unknown as HttpRequestInit);
}

/** An answer as a test looks at it. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is empty. */
  readonly json: unknown;
}

/** Calls a handler as the host does. */
export async function call(handler: HttpHandler, request: TestRequest | HttpRequest): Promise<TestAnswer> {
  const context = new InvocationContext({
    functionName: 'underTest',
    invocationId: 'invocation',
    logHandler: () => undefined,
  });
  const real = request instanceof HttpRequest ? request : httpRequest(request);
  const { status = 200, headers = {}, body } = (await handler(real, context)) as HttpResponseInit;
  const text = typeof body === 'string' ? body : '';
  return {
    status,
    headers: new Headers(headers as Record<string, string>),
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
}
