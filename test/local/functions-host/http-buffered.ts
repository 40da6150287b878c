import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { toSetCookie } from './cookies.ts';
import type { RpcCookie } from './cookies.ts';
import { toNullable, toTriggerMetadata } from './http-request.ts';
import type { RoutedRequest } from './http-request.ts';
import type { HttpContext } from './http-server.ts';
import type { HttpInput } from './messages.ts';

/** Streaming off: the whole request goes to the app with the call, and the whole response comes back with the result. */
export async function answerBuffered(
  context: HttpContext,
  routed: RoutedRequest,
  response: ServerResponse,
): Promise<void> {
  const { request, entry, values } = routed;
  const bytes = await readBody(routed);
  const http: HttpInput = {
    method: request.method,
    url: request.url,
    nullableHeaders: toNullable(request.headers),
    nullableQuery: toNullable(request.query),
    nullableParams: toNullable(values),
    ...(bytes ? { body: { bytes } } : {}),
  };
  const { outcome } = context.start(routed, {
    inputName: entry.trigger.name,
    input: { http },
    triggerMetadata: toTriggerMetadata(request, values),
  });
  const result = await outcome;
  if (!result.ok) return send(response, { statusCode: '500' });
  const returned = result.returnValue as { readonly http?: RpcHttp } | null | undefined;
  send(response, returned?.http ?? { statusCode: '204' });
}

interface RpcHttp {
  readonly statusCode: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null;
}

/** Only where Content-Length says that there is one: a chunked body never arrives. */
async function readBody({ request }: RoutedRequest): Promise<Buffer | undefined> {
  const { message } = request;
  if (!(Number(request.headers['content-length']) > 0)) {
    message.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(message, 'end');
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, http: RpcHttp): void {
  const status = Number(http.statusCode);
  response.statusCode = status;
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  const cookies = (http.cookies ?? []).map(toSetCookie);
  const own = response.getHeader('set-cookie');
  if (cookies.length > 0) response.setHeader('set-cookie', own === undefined ? cookies : [String(own), ...cookies]);
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  response.end(hasBody ? (http.body?.bytes ?? http.body?.string) : undefined);
}
