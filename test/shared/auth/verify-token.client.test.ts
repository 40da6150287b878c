import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createVerifyToken } from '../../../shared/auth/verify-token.client.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { clientId, home, objectId, signingKey, startEntra as startEntraWith } from '../../builders/entra.ts';
import type { SigningKey, TestEntra } from '../../builders/entra.ts';
import { sendJson, startHttpServer } from '../../builders/http-server.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const nowSeconds = nowMs / 1000;

let key: SigningKey;
let otherKey: SigningKey;
beforeAll(async () => {
  [key, otherKey] = await Promise.all([signingKey('k1'), signingKey('k2')]);
});

/** A sign-in host that serves keys, the check against it, and tokens of it. */
function startEntra(keys: readonly object[] = [key.jwk]): Promise<TestEntra> {
  return startEntraWith({ key, nowMs, keys });
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
    expect(await verify(await sign({ scp: 'user_impersonation' }))).toEqual({ ...expected, isDelegated: true });
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
