import { json } from '../http/exchange.ts';
import type { Exchange, Reply } from '../http/exchange.ts';

const statusOf = {
  BadRequest: 400,
  InvalidAuthenticationToken: 401,
  Forbidden: 403,
  NotFound: 404,
  TooManyRequests: 429,
} as const;

export interface GraphError {
  readonly code: keyof typeof statusOf;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function isGraphError(value: object): value is GraphError {
  return 'code' in value && 'message' in value;
}

export function toGraphReply({ code, message, headers }: GraphError, exchange: Exchange, nowMs: number): Reply {
  const innerError = {
    date: new Date(nowMs).toISOString().slice(0, 19),
    'request-id': exchange.requestId,
    'client-request-id': exchange.headers['client-request-id'] ?? exchange.requestId,
  };
  return json(statusOf[code], { error: { code, message, innerError } }, headers);
}

export function badRequest(message: string): GraphError {
  return { code: 'BadRequest', message };
}
