import { expect } from 'vitest';
import type { Problem } from '../../shared/contract/problem.ts';
import { sendRaw } from '../local/functions-host/raw-request.ts';
import { fetchAdminToken } from '../local/admin-token.ts';
import type { TestStack } from './stack.ts';

/** A request to send as it stands. */
export interface WireRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is: the pieces as chunks, without `Content-Length`, unless the headers have one. */
  readonly chunks?: readonly (string | Uint8Array)[];
  /** The administrator's when absent; none when empty. */
  readonly token?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body, when it is JSON of any kind. */
  readonly json: unknown;
}

/** Sends a request to the app: `PUT /api/v1/feeds/example`. Checks what every answer has. */
export async function sendTo(stack: TestStack, line: string, request: WireRequest = {}): Promise<WireAnswer> {
  const [method = '', target = ''] = line.split(' ');
  const { json, token = await fetchAdminToken(stack.simulator.origin) } = request;
  const text = json === undefined ? undefined : JSON.stringify(json);
  const headers = {
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...request.headers,
  };
  const answer = await sendRaw(stack.origin, {
    target,
    method,
    headers: Object.entries(headers).flat(),
    chunks: text === undefined ? (request.chunks ?? []) : [text],
  });
  const all = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  expect(all).toMatchObject({
    'request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  const isJson = /json/.test(all['content-type'] ?? '') && answer.body !== '';
  return { ...answer, headers: all, json: isJson ? (JSON.parse(answer.body) as unknown) : undefined };
}

/** The problem document of a refusal; checks its form. */
export function problemOf({ status, headers, json }: WireAnswer): Problem {
  expect(headers['content-type']).toBe('application/problem+json');
  expect(json).toMatchObject({ type: 'about:blank', status, traceId: headers['request-id'] });
  return json as Problem;
}
