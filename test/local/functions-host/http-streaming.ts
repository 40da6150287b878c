import { request as sendRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endEmpty } from './http-answer.ts';
import { toTriggerMetadata } from './http-request.ts';
import type { RoutedRequest } from './http-request.ts';
import type { HttpContext } from './http-server.ts';

/**
 * Streaming on: the call carries only the invocation's id, and the request itself is forwarded to the server that the library
 * opened in the app's process. What the function returns never comes back with the result: after a throw or an empty
 * return nobody answers the forwarded request, and the client waits until the forwarder has seen nothing for 240 s.
 */
export async function answerStreaming(
  context: HttpContext,
  routed: RoutedRequest,
  response: ServerResponse,
): Promise<void> {
  const { request, entry, values } = routed;
  const { invocationId, outcome } = context.start(routed, {
    inputName: entry.trigger.name,
    input: {},
    triggerMetadata: toTriggerMetadata(request, values),
  });
  const forwarded = forward({ context, routed, response, invocationId, outcome });
  // When the host stops it waits for functions, not for answers that will never come.
  const failed = outcome.then((result) => (result.ok ? forwarded : undefined));
  await Promise.race([forwarded, failed]);
}

/** Where the library listens, and how long the forwarder waits without seeing anything move. */
export interface Forwarder {
  readonly httpUri: () => Promise<string>;
  readonly agent: Agent;
  readonly timeoutMs: number;
}

interface Forwarding {
  readonly context: HttpContext;
  readonly routed: RoutedRequest;
  readonly response: ServerResponse;
  readonly invocationId: string;
  readonly outcome: Promise<unknown>;
}

async function forward({ context, routed, response, invocationId, outcome }: Forwarding): Promise<void> {
  const { request } = routed;
  const { forwarder } = context;
  const { hostname, port } = new URL(await forwarder.httpUri());
  const upstream = sendRequest({
    hostname,
    port,
    path: request.target,
    method: request.method,
    headers: toForwardedHeaders(request.message, { host: request.host, invocationId }),
    agent: forwarder.agent,
    timeout: forwarder.timeoutMs,
  });
  const state = { isTimedOut: false };
  upstream.on('timeout', () => {
    state.isTimedOut = true;
    upstream.destroy(new Error('No sign of life from the function.'));
  });
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy(); // the client went away
  });
  try {
    const answer = await exchange(upstream, request.message);
    response.statusCode = answer.statusCode ?? 500;
    for (const [name, value] of Object.entries(withoutHopByHop(answer.headers))) response.setHeader(name, value ?? '');
    await pipeline(answer, response);
  } catch {
    if (response.headersSent) return void response.destroy();
    // The connection breaks before the host knows that the app's process has ended: only then is it sure to start a fresh one.
    if (!state.isTimedOut) await outcome;
    endEmpty(response, state.isTimedOut ? 504 : 500);
  }
}

/** Sends the body as it comes and resolves with the head of the answer, which may arrive before the body is through. */
function exchange(upstream: ClientRequest, message: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.on('response', resolve);
    upstream.on('error', reject);
    message.on('error', (error) => upstream.destroy(error));
    message.pipe(upstream);
  });
}

interface ForwardedBy {
  readonly host: string;
  readonly invocationId: string;
}

function toForwardedHeaders(message: IncomingMessage, { host, invocationId }: ForwardedBy): OutgoingHttpHeaders {
  return {
    ...withoutHopByHop(message.headers),
    // Kept although hop-by-hop: it says that a body of unknown length follows.
    ...(message.headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': message.socket.remoteAddress ?? '',
  };
}

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

function withoutHopByHop(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}
