import type { Clock } from '../clock.ts';
import type { Authenticate, Authentication, AuthenticationRequest, VerifiedToken } from './authenticate-caller.ts';
import { administratorOf, bearerTokenOf, callerHintOf, callerOf } from './authenticate-caller.ts';
import type { CallerKeys } from './caller-keys.client.ts';
import { callerSecretName } from './caller-keys.client.ts';
import type { Callers } from './callers.client.ts';
import type { SignatureCheck } from './verify-signature.ts';
import { verifySignature } from './verify-signature.ts';
import type { VerifyToken } from './verify-token.client.ts';
import type { WebhookKey } from './webhook-secret.ts';

/** What telling a caller needs. */
export interface AuthenticateOptions {
  readonly verifyToken: VerifyToken;
  /** The tenant whose tokens can make an administrator. */
  readonly homeTenantId: string;
  readonly callers: Callers;
  readonly keys: CallerKeys;
  readonly now: Clock;
}

/** Creates the one place that says who calls. A request with an `Authorization` header is judged by its token alone. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  return async (request) => {
    if (!request.headers.has('authorization')) {
      return request.acceptsSignature ? bySignature(request, options) : { refused: 'no_credential' };
    }
    const token = bearerTokenOf(request.headers);
    if (token === undefined) return { refused: 'authorization_malformed' };
    const verified = await options.verifyToken(token);
    return 'refused' in verified ? verified : byToken(verified, options);
  };
}

async function byToken(token: VerifiedToken, options: AuthenticateOptions): Promise<Authentication> {
  const administrator = administratorOf(token, options.homeTenantId);
  if (administrator !== undefined) return { caller: administrator };
  if (token.appId === undefined) return { refused: 'application_missing' };
  // The document is the application's: what a person may do in its name is not known here.
  if (token.isDelegated === true) return { refused: 'token_of_person' };
  const [known, ...more] = await options.callers.byApplication(token.tenantId, token.appId);
  if (known === undefined) return { refused: 'unknown_caller' };
  // Two documents written at the same moment: whose scopes would count?
  if (more.length > 0) return { refused: 'application_in_two_documents' };
  const caller = callerOf(known, { nowMs: options.now(), roles: token.roles });
  return caller === undefined ? { refused: 'caller_expired' } : { caller };
}

async function bySignature(request: AuthenticationRequest, options: AuthenticateOptions): Promise<Authentication> {
  const check = (keys: readonly WebhookKey[]): SignatureCheck =>
    verifySignature({ headers: request.headers, body: request.body, keys, nowMs: options.now() });
  // What cannot be a signature, whoever made it, costs no read.
  const form = check([]);
  if (!form.ok && form.reason !== 'no_keys') return { refused: form.reason };
  const callerId = callerHintOf(request.query);
  if (callerId === undefined) return { refused: 'caller_hint_missing' };
  const known = await options.callers.byId(callerId);
  if (known === undefined) return { refused: 'unknown_caller' };
  if (known.document.authentication.kind !== 'Signature') return { refused: 'caller_signs_nothing' };

  const secretName = callerSecretName(callerId);
  const first = check(await options.keys.of(secretName));
  const isAboutKeys = !first.ok && (first.reason === 'signature_mismatch' || first.reason === 'no_keys');
  const last = isAboutKeys ? check(await options.keys.readAgain(secretName)) : first;
  if (!last.ok) return { refused: last.reason };
  const caller = callerOf(known, { nowMs: options.now() });
  return caller === undefined ? { refused: 'caller_expired' } : { caller };
}
