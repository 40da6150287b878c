import type { Authenticate } from './authenticate-caller.ts';
import { administratorOf, bearerTokenOf } from './authenticate-caller.ts';
import type { VerifyToken } from './verify-token.client.ts';

/** What telling a caller needs. */
export interface AuthenticateOptions {
  readonly verifyToken: VerifyToken;
  /** The tenant whose tokens can make an administrator. */
  readonly homeTenantId: string;
}

/** Creates the one place that says who calls. */
export function createAuthenticate({ verifyToken, homeTenantId }: AuthenticateOptions): Authenticate {
  return async ({ headers }) => {
    const token = bearerTokenOf(headers);
    if (token === undefined) return { refused: 'no_credential' };
    const verified = await verifyToken(token);
    if ('refused' in verified) return verified;
    const caller = administratorOf(verified, homeTenantId);
    return caller === undefined ? { refused: 'unknown_caller' } : { caller };
  };
}
