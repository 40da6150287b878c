import { json } from '../http/exchange.ts';
import type { Exchange, Reply } from '../http/exchange.ts';

export interface EntraError {
  readonly status: 400 | 401;
  readonly error: string;
  /** `AADSTS` number. */
  readonly code: number;
  readonly message: string;
}

export function isEntraError(value: object): value is EntraError {
  return 'error' in value && 'code' in value;
}

export const invalidRequest = (code: number, message: string): EntraError => ({
  ...{ status: 400, error: 'invalid_request', code, message },
});

export const invalidClient = (code: number, message: string): EntraError => ({
  ...{ status: 401, error: 'invalid_client', code, message },
});

export function toEntraReply(error: EntraError, exchange: Exchange, nowMs: number): Reply {
  const timestamp = toEntraTime(nowMs);
  const correlationId = String(exchange.headers['client-request-id'] ?? exchange.requestId);
  return json(error.status, {
    error: error.error,
    error_description: describe(error, { traceId: exchange.requestId, correlationId, timestamp }),
    error_codes: [error.code],
    timestamp,
    trace_id: exchange.requestId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.code}`,
  });
}

function toEntraTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

function describe(
  error: EntraError,
  ids: { readonly traceId: string; readonly correlationId: string; readonly timestamp: string },
): string {
  return (
    `AADSTS${error.code}: ${error.message} Trace ID: ${ids.traceId} ` +
    `Correlation ID: ${ids.correlationId} Timestamp: ${ids.timestamp}`
  );
}
