import type { IncomingMessage } from 'node:http';
import type { NullableText, TypedData } from './messages.ts';
import { decodePath } from './routes.ts';
import type { RouteValues } from './route-template.ts';
import type { RouteEntry } from './routes.ts';

/** The request as the host hands it on. */
export function readRequest(message: IncomingMessage): HostRequest {
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/]*/i, '');
  const queryAt = target.indexOf('?');
  const rawPath = queryAt < 0 ? target : target.slice(0, queryAt);
  const host = message.headers.host ?? 'localhost';
  return {
    message,
    method: message.method ?? 'GET',
    target,
    path: decodePath(rawPath),
    url: `http://${host}${target}`,
    host,
    headers: joinDuplicates(pairs(message.rawHeaders), (name) => name.toLowerCase()),
    query: joinDuplicates(new URLSearchParams(queryAt < 0 ? '' : target.slice(queryAt)), (name) => name),
  };
}

/** What the function's run is told besides its input: with streaming on, `request.params` is made from it, query values and all. */
export function toTriggerMetadata(request: HostRequest, values: RouteValues): Readonly<Record<string, TypedData>> {
  const texts = { ...request.query, ...values };
  return {
    Headers: { json: JSON.stringify(request.headers) },
    Query: { json: JSON.stringify(request.query) },
    ...Object.fromEntries(Object.entries(texts).map(([name, string]) => [name, { string }])),
  };
}

export function toNullable(texts: Readonly<Record<string, string>>): Readonly<Record<string, NullableText>> {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, { value }]));
}

export interface HostRequest {
  readonly message: IncomingMessage;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Decoded, except for `%2F`. */
  readonly path: string;
  readonly url: string;
  readonly host: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** A request together with the function that takes it. */
export interface RoutedRequest {
  readonly request: HostRequest;
  readonly entry: RouteEntry;
  readonly values: RouteValues;
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from(
    { length: flat.length / 2 },
    (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? ''] as const,
  );
}

/** Names in any case are the same; the first spelling stays; values are joined by a comma. */
function joinDuplicates(
  entries: Iterable<readonly [string, string]>,
  toName: (name: string) => string,
): Readonly<Record<string, string>> {
  const joined = new Map<string, readonly [string, string]>();
  for (const [name, value] of entries) {
    const known = joined.get(name.toLowerCase());
    joined.set(name.toLowerCase(), known ? [known[0], `${known[1]},${value}`] : [toName(name), value]);
  }
  return Object.fromEntries(joined.values());
}
