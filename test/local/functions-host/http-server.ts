import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { answerAdmin } from './admin.ts';
import type { Admin } from './admin.ts';
import { endEmpty } from './http-answer.ts';
import { answerBuffered } from './http-buffered.ts';
import { readRequest } from './http-request.ts';
import type { HostRequest, RoutedRequest } from './http-request.ts';
import { answerStreaming } from './http-streaming.ts';
import type { Forwarder } from './http-streaming.ts';
import type { InvocationRequest } from './invocations.ts';
import { authorize } from './keys.ts';
import type { Keys } from './keys.ts';
import type { Outcome } from './messages.ts';
import type { Routes } from './routes.ts';

/** The host's HTTP server; not listening yet. */
export function createHttpServer(context: HttpContext): Server {
  return createServer((message, response) => {
    const request = readRequest(message);
    addCustomHeaders(response, context.customHeaders);
    void context.track(answer(context, request, response)).catch((error: unknown) => {
      context.onError(error);
      if (response.headersSent) response.destroy();
      else endEmpty(response, 500);
    });
  });
}

export interface HttpContext {
  readonly routes: Routes;
  readonly admin: Admin;
  readonly keys: Keys;
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly forwarder: Forwarder;
  readonly isStreaming: () => boolean;
  readonly isStopping: () => boolean;
  readonly isDisabled: (functionName: string) => boolean;
  readonly bodyLimitBytes: number;
  readonly start: (
    routed: RoutedRequest,
    call: Pick<InvocationRequest, 'inputName' | 'input' | 'triggerMetadata'>,
  ) => { readonly invocationId: string; readonly outcome: Promise<Outcome> };
  /** Told of every request until it is answered. */
  readonly track: (answered: Promise<void>) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

async function answer(context: HttpContext, request: HostRequest, response: ServerResponse): Promise<void> {
  if (context.isStopping()) return endEmpty(response.setHeader('connection', 'close'), 503);
  if (/^\/admin(\/|$)/i.test(request.path)) return answerAdmin(context, request, response);
  const found = context.routes.find(request.method, request.path);
  if (!found) return answerUnrouted(request, response);
  const refused = refusal(context, { request, ...found });
  if (refused !== undefined) return endEmpty(response, refused);
  const answerRouted = context.isStreaming() ? answerStreaming : answerBuffered;
  return answerRouted(context, { request, ...found }, response);
}

function refusal(context: HttpContext, { request, entry }: RoutedRequest): number | undefined {
  const { isMaster, isAllowed } = authorize(request, entry.authLevel, context.keys);
  const isMasterKeySent = isMaster && context.keys.isEnforced;
  if (context.isDisabled(entry.functionName) && !isMasterKeySent) return 404;
  if (!isAllowed) return 401;
  return Number(request.headers['content-length'] ?? 0) > context.bodyLimitBytes ? 413 : undefined;
}

/** No function takes it: the host's own home page at the root, else 404, a wrong method included. */
function answerUnrouted(request: HostRequest, response: ServerResponse): void {
  if (request.path !== '/' || request.method !== 'GET') return endEmpty(response, 404);
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!DOCTYPE html><title>Functions</title><p>Your Functions app is up and running.</p>\n');
}

/** `customHeaders` of host.json are added where the answer has none of that name. */
function addCustomHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
