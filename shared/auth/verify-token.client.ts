import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { Clock } from '../clock.ts';
import { tenantIdSchema } from '../contract/primitives.ts';
import { UpstreamUnavailable } from '../errors.ts';
import type { VerifiedToken } from './authenticate-caller.ts';

/** Verifies an Entra token for us; `refused` says why not, for our log only. Throws `UpstreamUnavailable` when Entra's keys cannot be had. */
export type VerifyToken = (token: string) => Promise<VerifiedToken | { readonly refused: string }>;

/** Whose tokens, and for whom. */
export interface VerifyTokenOptions {
  /** `https://login.microsoftonline.com`, without trailing slash. */
  readonly authorityHost: string;
  /** Our application: the audience, bare or after `api://`. */
  readonly clientId: string;
  readonly now: Clock;
}

const clockSkewSeconds = 120;
const keysMaxAgeMs = 60 * 60_000;
/** A token signed by a key we do not know makes us ask for the keys again, but not more often than this. */
const keysCooldownMs = 30_000;

/**
 * Creates the check of Entra v2.0 tokens. The keys are cached for the life of the process, so create it once.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createVerifyToken({ authorityHost, clientId, now }: VerifyTokenOptions): VerifyToken {
  const keys = createRemoteJWKSet(new URL(`${authorityHost}/common/discovery/v2.0/keys`), {
    cacheMaxAge: keysMaxAgeMs,
    cooldownDuration: keysCooldownMs,
  });
  return async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        audience: [clientId, `api://${clientId}`],
        requiredClaims: ['exp', 'tid'],
        clockTolerance: clockSkewSeconds,
        currentDate: new Date(now()),
      });
      const key = keys.jwks()?.keys.find(({ kid }) => kid === protectedHeader.kid);
      return fromClaims(payload, authorityHost, key !== undefined && 'issuer' in key ? key.issuer : undefined);
    } catch (error) {
      if (isAboutToken(error)) return { refused: error.code };
      throw new UpstreamUnavailable('The keys of the sign-in host cannot be had.', {
        retryAfterMs: keysCooldownMs,
        cause: error,
      });
    }
  };
}

/** The issuer carries the tenant, so it can be checked only with the tenant that the signed token names. A key may be limited to an issuer, too. */
function fromClaims(
  payload: JWTPayload,
  authorityHost: string,
  keyIssuer: unknown,
): VerifiedToken | { readonly refused: string } {
  const tenantId = tenantIdSchema.safeParse(payload['tid']);
  if (!tenantId.success) return { refused: 'tid_invalid' };
  const issuer = `${authorityHost}/${tenantId.data}/v2.0`;
  if (payload['ver'] !== '2.0' || payload.iss !== issuer) return { refused: 'iss_invalid' };
  if (typeof keyIssuer === 'string' && keyIssuer.replace('{tenantid}', tenantId.data) !== issuer)
    return { refused: 'key_of_other_issuer' };
  const [appId, objectId] = [idOf(payload['azp']), idOf(payload['oid'])];
  return {
    tenantId: tenantId.data,
    roles: Array.isArray(payload['roles']) ? payload['roles'].filter((role) => typeof role === 'string') : [],
    ...(appId === undefined ? {} : { appId }),
    ...(objectId === undefined ? {} : { objectId }),
    ...(payload['scp'] === undefined ? {} : { isDelegated: true }),
  };
}

function idOf(claim: unknown): string | undefined {
  return tenantIdSchema.safeParse(claim).data;
}

/** Everything else that jose throws says that the keys could not be loaded. */
function isAboutToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
