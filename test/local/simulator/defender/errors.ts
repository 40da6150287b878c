import { json } from '../http/exchange.ts';
import type { Exchange, Reply } from '../http/exchange.ts';

const statusOf = {
  BadRequest: 400,
  ODataError: 400,
  InvalidInput: 400,
  InvalidRequestBody: 400,
  InvalidHashValue: 400,
  InvalidDomainName: 400,
  InvalidIpAddress: 400,
  InvalidUrl: 400,
  MaximumBatchSizeExceeded: 400,
  MissingRequiredParameter: 400,
  OsPlatformNotSupported: 400,
  ClientVersionNotSupported: 400,
  ActiveRequestAlreadyExists: 400,
  Unauthorized: 401,
  Forbidden: 403,
  DisabledFeature: 403,
  DisallowedOperation: 403,
  NotFound: 404,
  ResourceNotFound: 404,
  TooManyRequests: 429,
  InternalServerError: 500,
} as const;

export type DefenderErrorCode = keyof typeof statusOf;

export interface DefenderError {
  readonly code: DefenderErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function defenderError(
  code: DefenderErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): DefenderError {
  return { code, message, headers };
}

export function isDefenderError(value: object): value is DefenderError {
  return 'code' in value && 'message' in value;
}

/** `target` is the correlation id, the same as in the `request-id` header. */
export function toDefenderReply(error: DefenderError, exchange: Exchange): Reply {
  const body = { error: { code: error.code, message: error.message, target: exchange.requestId } };
  return json(statusOf[error.code], body, error.headers);
}
