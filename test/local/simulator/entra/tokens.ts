import { randomBytes } from 'node:crypto';
import { SignJWT, compactVerify, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import type { SimulatorClock } from '../clock.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenSigner {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Adds `iat`, `nbf`, `exp` and `uti` where the claims leave them open. */
  sign(claims: Claims, lifetimeSeconds: number): Promise<string>;
  /** Looks right, but its key is in no key set. */
  signWithStrangeKey(claims: Claims, lifetimeSeconds: number): Promise<string>;
  /** The claims of a token that this signer made, whatever its time; otherwise `undefined`. */
  verify(token: string): Promise<JWTPayload | undefined>;
}

export async function createTokenSigner(clock: SimulatorClock): Promise<TokenSigner> {
  const keyId = randomBytes(20).toString('base64url');
  const keys = await generateKeyPair('RS256', { modulusLength: 2048 });
  const strangeKeys = await generateKeyPair('RS256', { modulusLength: 2048 });
  const publicJwk = await exportJWK(keys.publicKey);
  const signWith = (key: CryptoKey) => (claims: Claims, lifetimeSeconds: number) => {
    const now = Math.floor(clock.now() / 1_000);
    const times = { iat: now, nbf: now, exp: now + lifetimeSeconds };
    return new SignJWT({ ...times, uti: randomBytes(16).toString('base64url'), ...claims })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: keyId, x5t: keyId })
      .sign(key);
  };
  return {
    jwks: { keys: [{ ...publicJwk, kid: keyId, x5t: keyId, use: 'sig', alg: 'RS256' }] },
    sign: signWith(keys.privateKey),
    signWithStrangeKey: signWith(strangeKeys.privateKey),
    verify: async (token) => {
      try {
        await compactVerify(token, keys.publicKey, { algorithms: ['RS256'] });
        return decodeJwt(token);
      } catch {
        return undefined;
      }
    },
  };
}

/** Claims without any check: for logs. */
export function readClaims(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
