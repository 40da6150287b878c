import type { IncomingHttpHeaders } from 'node:http';

/** One request while it is answered. */
export interface Exchange {
  readonly requestId: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Read from the bearer token, the path or the form, unverified: for the log and for faults. */
  readonly tenantId: string | null;
  readonly clientId: string | null;
  /** A handler sets it when it has changed the state behind the API. */
  applied: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type Parameters = Readonly<Record<string, string>>;
export type Handler = (exchange: Exchange, parameters: Parameters) => Reply | Promise<Reply>;

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function noContent(): Reply {
  return { status: 204 };
}

/** The body as JSON, or `undefined` when it is none. */
export function readJson(exchange: Exchange): unknown {
  try {
    return JSON.parse(exchange.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
