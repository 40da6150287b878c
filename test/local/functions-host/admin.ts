import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { endEmpty, sendJson } from './http-answer.ts';
import type { HostRequest } from './http-request.ts';
import type { HttpContext } from './http-server.ts';
import { authorize } from './keys.ts';
import { triggerOf } from './messages.ts';
import type { FunctionMetadata } from './messages.ts';

/** The endpoints under `/admin`: the list of functions, starting one by hand, the host's state. All need the master key. */
export async function answerAdmin(context: HttpContext, request: HostRequest, response: ServerResponse): Promise<void> {
  const path = request.path.replace(/\/+$/, '').toLowerCase();
  if (path === '/admin/host/ping') return endEmpty(response, 200);
  if (!authorize(request, 'admin', context.keys).isAllowed) return endEmpty(response, 401);
  const name = /^\/admin\/functions\/([^/]+)$/i.exec(request.path.replace(/\/+$/, ''))?.[1];
  if (request.method === 'POST' && name !== undefined) return startByHand(context, { request, response, name });
  if (request.method !== 'GET') return endEmpty(response, 404);
  if (path === '/admin/host/status') return sendJson(response, context.admin.status());
  const functions = context.admin.functions.map((metadata) => toListing(context, request, metadata));
  if (path === '/admin/functions') return sendJson(response, functions);
  const one = functions.find((listing) => listing.name.toLowerCase() === name?.toLowerCase());
  return one ? sendJson(response, one) : endEmpty(response, 404);
}

export interface Admin {
  readonly functions: readonly FunctionMetadata[];
  readonly status: () => object;
  /** Runs in the background, disabled or not. */
  readonly startByHand: (metadata: FunctionMetadata, input: string) => void;
}

interface ByHand {
  readonly request: HostRequest;
  readonly response: ServerResponse;
  readonly name: string;
}

async function startByHand(context: HttpContext, { request, response, name }: ByHand): Promise<void> {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const body = await text(request.message);
  if (body !== '' && !/^(application\/json|text\/json|application\/[\w.-]+\+json)$/.test(contentType))
    return endEmpty(response, 415);
  const invocation = parseObject(body);
  if (!invocation) return endEmpty(response, 400);
  const metadata = context.admin.functions.find((known) => known.name.toLowerCase() === name.toLowerCase());
  if (!metadata) return endEmpty(response, 404);
  context.admin.startByHand(metadata, String(invocation.input ?? ''));
  endEmpty(response, 202);
}

function parseObject(body: string): { readonly input?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // an empty body, or one that is not JSON
  }
}

function toListing(context: HttpContext, request: HostRequest, metadata: FunctionMetadata): FunctionListing {
  const trigger = triggerOf(metadata);
  const route = context.routes.entries.find((entry) => entry.functionName === metadata.name)?.route;
  return {
    name: metadata.name,
    language: 'node',
    isDisabled: context.isDisabled(metadata.name),
    config: { name: metadata.name, bindings: Object.values(metadata.bindings) },
    href: `http://${request.host}/admin/functions/${metadata.name}`,
    invoke_url_template: route === undefined ? null : `http://${request.host}/${route}`,
    trigger: trigger.type,
  };
}

interface FunctionListing {
  readonly name: string;
  readonly [member: string]: unknown;
}
