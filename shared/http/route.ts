import type { z } from 'zod';
import type { Caller, NeededScope } from '../auth/authenticate-caller.ts';

/** What a handler answers. `body` is written as JSON; `text` is for everything that is not; neither for 204. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: { readonly contentType: string; readonly content: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** The parts that paths of ours have. */
export const pathParts = [
  'tenantId',
  'feedId',
  'callerId',
  'operationId',
  'machine',
  'hash',
  'name',
  'address',
] as const;

/** What is known of a request before its body is understood. Path parts as sent, but for `tenantId`, which is in lower case. */
export interface RouteRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly caller: Caller;
  readonly traceId: string;
}

/** A request that passed every check: `target` is what `find` gave, `given` what `readHeaders` gave, `bytes` the body as sent. */
export interface Call<Target, Given, Body> extends RouteRequest {
  readonly target: Target;
  readonly given: Given;
  readonly body: Body;
  readonly bytes: Uint8Array;
}

/** How a body is read. */
export interface BodyRule<Body> {
  readonly schema: z.ZodType<Body>;
  /** 64 KiB where nothing is said. */
  readonly maxBytes?: number;
  /** A request without a body counts as `{}`. */
  readonly mayBeAbsent?: boolean;
  /** Fields that must equal the path's part of the same name, where they are given. */
  readonly pathIds?: readonly ('tenantId' | 'feedId' | 'callerId')[];
}

/**
 * One route. Its parts run in the order of contract §2, each only if all before it passed: size and type of the body,
 * caller, `readHeaders` (400), tenant or feed of the path and `find` (404), `scope` (403), `body` (400), `handle`.
 * Every part refuses by throwing `RejectedInput`.
 */
export interface Route<Target, Given, Body> {
  /** What the caller must hold; a function where that depends on what was found. `Public` takes everybody. */
  readonly scope: NeededScope | 'Public' | ((target: Target) => NeededScope);
  /** Whose path it is: the tenant's or the feed's that `{tenantId}` or `{feedId}` names. */
  readonly of?: 'Tenant' | 'Feed';
  /** A webhook: it takes a signature in place of a token. */
  readonly acceptsSignature?: boolean;
  readonly readHeaders?: (request: RouteRequest) => Given;
  /** Loads what the path names; `undefined` is 404. */
  readonly find: (request: RouteRequest) => Promise<Target | undefined>;
  readonly body?: BodyRule<Body>;
  /** Not even the size of a body counts: the route refuses everything anyway. */
  readonly ignoresBody?: boolean;
  readonly handle: (call: Call<Target, Given, Body>) => Promise<Answer>;
}

/** For routes whose path names nothing that could be missing. */
export function findNothing(): Promise<true> {
  return Promise.resolve(true);
}
