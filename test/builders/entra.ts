import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { createVerifyToken } from '../../shared/auth/verify-token.client.ts';
import type { VerifyToken } from '../../shared/auth/verify-token.client.ts';
import { sendJson, startHttpServer } from './http-server.ts';
import type { TestServer } from './http-server.ts';

/** Our application, and the home tenant. */
export const clientId = '0b7c0000-0000-4000-8000-0000000000aa';
export const home = '6f1c0000-0000-4000-8000-000000000001';
/** Who the tokens of tests are of, unless they say otherwise. */
export const objectId = '5d100000-0000-4000-8000-0000000000dd';

/** A key that a sign-in host signs with. */
export interface SigningKey {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export async function signingKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' }, privateKey };
}

/** A sign-in host of one test, the check against it, and tokens of it: the administrator's, but for what is changed. */
export interface TestEntra {
  readonly host: TestServer;
  readonly verify: VerifyToken;
  readonly claims: (change?: object) => Record<string, unknown>;
  readonly sign: (change?: object, signer?: SigningKey, alg?: string) => Promise<string>;
  /** A token of another tenant, its issuer included. */
  readonly signIn: (tenantId: string, change?: object) => Promise<string>;
}

export async function startEntra({
  key,
  nowMs,
  keys = [key.jwk],
}: {
  readonly key: SigningKey;
  readonly nowMs: number;
  readonly keys?: readonly object[];
}): Promise<TestEntra> {
  const host = await startHttpServer((request, response) =>
    sendJson(response, request.url === '/common/discovery/v2.0/keys' ? 200 : 404, { keys }),
  );
  const nowSeconds = nowMs / 1000;
  const claims = (change: object = {}) => ({
    ver: '2.0',
    iss: `${host.url}/${home}/v2.0`,
    aud: clientId,
    tid: home,
    oid: objectId,
    azp: clientId,
    roles: ['admin'],
    iat: nowSeconds - 60,
    nbf: nowSeconds - 60,
    exp: nowSeconds + 3600,
    ...change,
  });
  const sign = (change: object = {}, signer = key, alg = 'RS256') =>
    new SignJWT(claims(change)).setProtectedHeader({ alg, kid: signer.jwk.kid ?? '' }).sign(signer.privateKey);
  return {
    host,
    verify: createVerifyToken({ authorityHost: host.url, clientId, now: () => nowMs }),
    claims,
    sign,
    signIn: (tenantId, change = {}) => sign({ tid: tenantId, iss: `${host.url}/${tenantId}/v2.0`, ...change }),
  };
}
