import type { HttpRequest } from '@azure/functions';
import type { Authenticate, Caller } from '../auth/authenticate-caller.ts';
import { mayUse, nobody } from '../auth/authenticate-caller.ts';
import { fieldErrorsOf, pathIdErrors } from '../contract/field-errors.ts';
import { RejectedInput } from '../errors.ts';
import type { Log } from '../log.ts';
import { invalidFields } from './invalid-fields.ts';
import { isReadableJson } from './media-type.ts';
import { parseJson } from './parse-json.ts';
import { readBody } from './read-body.http.ts';
import { pathParts } from './route.ts';
import type { Answer, BodyRule, Route, RouteRequest } from './route.ts';

const defaultMaxBytes = 64 * 1024;

/** A request on its way through the checks. `onCaller` hears who calls, for the log, even when a later check fails. */
export interface Pass<Target, Given, Body> {
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly route: Route<Target, Given, Body>;
  readonly request: HttpRequest;
  readonly traceId: string;
  readonly onCaller: (callerId: string) => void;
}

/** The checks in the contract's order, then the handler. */
export async function passChecks<Target, Given, Body>(all: Pass<Target, Given, Body>): Promise<Answer> {
  const { route, request, traceId } = all;
  const bytes =
    route.ignoresBody === true ? new Uint8Array() : await readBody(request, route.body?.maxBytes ?? defaultMaxBytes);
  if (route.body !== undefined) requireJson(request.headers, bytes, route.body);
  const caller = await identify(all, bytes);
  all.onCaller(caller.callerId);
  const known: RouteRequest = {
    path: new URL(request.url).pathname,
    params: paramsOf(request),
    query: queryOf(request),
    headers: headersOf(request),
    caller,
    traceId,
  };
  // A route without headers or body of its own has no use for the value either.
  const given = route.readHeaders?.(known) as Given;
  const target = await authorize(route, known);
  const body = (route.body === undefined ? undefined : understand(bytes, route.body, known.params)) as Body;
  return route.handle({ ...known, given, target, body, bytes });
}

function requireJson<Body>(headers: HttpRequest['headers'], bytes: Uint8Array, rule: BodyRule<Body>): void {
  if (rule.mayBeAbsent === true && bytes.length === 0) return;
  if (isReadableJson(headers.get('content-type'), headers.get('content-encoding'))) return;
  throw new RejectedInput('unsupported_media_type', 'Send application/json in UTF-8, not compressed.');
}

async function identify<Target, Given, Body>(all: Pass<Target, Given, Body>, bytes: Uint8Array): Promise<Caller> {
  const { route, request, traceId, authenticate, log } = all;
  if (route.scope === 'Public') return nobody;
  const told = await authenticate({
    headers: headersOf(request),
    query: queryOf(request),
    body: bytes,
    acceptsSignature: route.acceptsSignature ?? false,
  });
  if ('caller' in told) return told.caller;
  log.warn('caller.refused', { traceId, reason: told.refused });
  throw new RejectedInput('unauthenticated', 'The request does not say who calls, or not in a way that holds.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** 404 for what does not exist or is not the caller's, and only then 403: a stranger learns nothing about what exists. */
async function authorize<Target, Given, Body>(route: Route<Target, Given, Body>, known: RouteRequest): Promise<Target> {
  const { params, caller } = known;
  const { tenantId = '', feedId = '' } = params;
  const about = route.of === 'Tenant' ? { tenantId } : route.of === 'Feed' ? { feedId } : {};
  const isForeign = route.scope !== 'Public' && mayUse(caller, 'admin', about) === 'Foreign';
  const target = isForeign ? undefined : await route.find(known);
  if (target === undefined) throw new RejectedInput('not_found', 'There is no such thing, or it is not yours.');
  if (route.scope === 'Public') return target;
  const scope = typeof route.scope === 'function' ? route.scope(target) : route.scope;
  if (mayUse(caller, scope, about) === 'Allowed') return target;
  throw new RejectedInput('scope_missing', `This needs the scope ${scope}.`);
}

function understand<Body>(bytes: Uint8Array, rule: BodyRule<Body>, params: RouteRequest['params']): Body {
  const parsed =
    bytes.length === 0 && rule.mayBeAbsent === true ? ({ ok: true, value: {} } as const) : parseJson(bytes);
  if (!parsed.ok) throw new RejectedInput('malformed_body', parsed.detail);
  const ids = (rule.pathIds ?? []).flatMap((field) => pathIdErrors(parsed.value, field, params[field] ?? ''));
  const result = rule.schema.safeParse(parsed.value);
  if (result.success && ids.length === 0) return result.data;
  throw invalidFields([...(result.success ? [] : fieldErrorsOf(result.error, parsed.value)), ...ids]);
}

/**
 * With streaming on, the host puts the values of query and body among the path's parts. The path's own win, but keep the
 * spelling of whichever came first: `?tenantid=` must not hide the tenant.
 */
function paramsOf({ params }: HttpRequest): Readonly<Record<string, string>> {
  const spelled = new Map(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));
  const found = pathParts.flatMap((part) => {
    const value = params[part] ?? spelled.get(part.toLowerCase());
    return value === undefined ? [] : [[part, part === 'tenantId' ? value.toLowerCase() : value] as const];
  });
  return Object.fromEntries(found);
}

function queryOf(request: HttpRequest): URLSearchParams {
  return new URL(request.url).searchParams;
}

function headersOf(request: HttpRequest): Headers {
  return new Headers([...request.headers.entries()]);
}
