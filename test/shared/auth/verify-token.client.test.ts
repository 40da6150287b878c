import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticate } from '../../../shared/auth/authenticate-caller.client.ts';
import { createVerifyToken } from '../../../shared/auth/verify-token.client.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { sendJson, startHttpServer } from '../../builders/http-server.ts';

const clientId = '0b7c0000-0000-4000-8000-0000000000aa';
const home = '6f1c0000-0000-4000-8000-000000000001';
const objectId = '5d100000-0000-4000-8000-0000000000dd';
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const nowSeconds = nowMs / 1000;

interface Key {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}
let key: Key;
let otherKey: Key;
beforeAll(async () => {
  const make = async (kid: string): Promise<Key> => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    return { jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' }, privateKey };
  };
  [key, otherKey] = await Promise.all([make('k1'), make('k2')]);
});

/** A sign-in host that serves keys, the check against it, and tokens of it. */
async function startEntra(keys: readonly object[] = [key.jwk]) {
  const host = await startHttpServer((request, response) =>
    sendJson(response, request.url === '/common/discovery/v2.0/keys' ? 200 : 404, { keys }),
  );
  const verify = createVerifyToken({ authorityHost: host.url, clientId, now: () => nowMs });
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
  return { host, verify, sign, claims };
}

describe('verifyToken', () => {
  it('takes a token of any tenant, by client id or by its URI, and asks for the keys once', async () => {
    const { host, verify, sign } = await startEntra();
    const expected = { tenantId: home, roles: ['admin'], appId: clientId, objectId };
    expect(await verify(await sign())).toEqual(expected);
    expect(await verify(await sign({ aud: `api://${clientId}` }))).toEqual(expected);
    const customer = '6f1c0000-0000-4000-8000-00000000a001';
    const foreign = await sign({ tid: customer, iss: `${host.url}/${customer}/v2.0`, roles: undefined });
    expect(await verify(foreign)).toEqual({ ...expected, tenantId: customer, roles: [] });
    expect(host.requests).toHaveLength(1);
  });

  it('allows two minutes of skew, and not more', async () => {
    const { verify, sign } = await startEntra();
    expect(await verify(await sign({ exp: nowSeconds - 100 }))).not.toHaveProperty('refused');
    expect(await verify(await sign({ nbf: nowSeconds + 100 }))).not.toHaveProperty('refused');
    expect(await verify(await sign({ exp: nowSeconds - 130 }))).toHaveProperty('refused');
    expect(await verify(await sign({ nbf: nowSeconds + 130 }))).toHaveProperty('refused');
  });

  it.each([
    ['another audience', { aud: 'https://graph.microsoft.com' }],
    ['the issuer of version 1', { iss: `https://sts.windows.net/${home}/` }],
    ['version 1', { ver: '1.0' }],
    ['no version', { ver: undefined }],
    ['a tenant that is not the issuer’s', { tid: '6f1c0000-0000-4000-8000-00000000a001' }],
    ['a tenant that is a name', { tid: 'contoso.example' }],
    ['no tenant', { tid: undefined }],
    ['no expiry', { exp: undefined }],
  ])('refuses %s', async (_name, change) => {
    const { verify, sign } = await startEntra();
    expect(await verify(await sign(change))).toHaveProperty('refused');
  });

  it('refuses other signers, other algorithms, no signature, a changed payload and junk', async () => {
    const { verify, sign, claims } = await startEntra();
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const [head = '', , signature = ''] = (await sign()).split('.');
    const secret = new TextEncoder().encode('x'.repeat(64));
    const forged = [
      await sign({}, otherKey),
      await sign({}, { ...otherKey, jwk: key.jwk }),
      await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret),
      `${encode({ alg: 'none', kid: 'k1' })}.${encode(claims())}.`,
      `${head}.${encode(claims({ roles: ['admin', 'more'] }))}.${signature}`,
      'a.b.c',
      'junk',
    ];
    for (const token of forged) expect(await verify(token)).toHaveProperty('refused');
  });

  it('refuses a key that is limited to another issuer', async () => {
    const { host, verify, sign } = await startEntra([
      { ...key.jwk, issuer: 'https://elsewhere.example/{tenantid}/v2.0' },
    ]);
    expect(await verify(await sign())).toEqual({ refused: 'key_of_other_issuer' });
    expect(host.requests).toHaveLength(1);
  });

  it('takes a key that is limited to its issuer', async () => {
    const keys: object[] = [];
    const { host, verify, sign } = await startEntra(keys);
    keys.push({ ...key.jwk, issuer: `${host.url}/{tenantid}/v2.0` });
    expect(await verify(await sign())).toHaveProperty('tenantId', home);
  });

  it('does not call a token wrong when the keys cannot be had', async () => {
    const verify = createVerifyToken({ authorityHost: 'http://127.0.0.1:1', clientId, now: () => nowMs });
    const { sign } = await startEntra();
    await expect(verify(await sign())).rejects.toBeInstanceOf(UpstreamUnavailable);
    const broken = await startHttpServer((_request, response) => sendJson(response, 500, {}));
    const verifyBroken = createVerifyToken({ authorityHost: broken.url, clientId, now: () => nowMs });
    await expect(verifyBroken(await sign())).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('authenticate', () => {
  const request = (authorization?: string) => ({
    headers: new Headers(authorization === undefined ? {} : { authorization }),
    query: new URLSearchParams(),
    body: new Uint8Array(),
    acceptsSignature: false,
  });

  it('knows an administrator of the home tenant, and nobody else', async () => {
    const { host, verify, sign } = await startEntra();
    const authenticate = createAuthenticate({ verifyToken: verify, homeTenantId: home });
    expect(await authenticate(request(`Bearer ${await sign()}`))).toEqual({
      caller: { callerId: objectId, scopes: [], tenants: 'All', feeds: 'All', isAdmin: true, via: 'Entra' },
    });
    const customer = '6f1c0000-0000-4000-8000-00000000a001';
    const refused = [
      undefined,
      'Basic YTpi',
      'Bearer',
      `Bearer ${await sign({ roles: ['alerts:write'] })}`,
      `Bearer ${await sign({ roles: undefined })}`,
      `Bearer ${await sign({ tid: customer, iss: `${host.url}/${customer}/v2.0` })}`,
    ];
    for (const each of refused) expect(await authenticate(request(each))).toHaveProperty('refused');
  });
});
