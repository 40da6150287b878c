import { expect, it } from 'vitest';
import { createReadRoles } from '../../../shared/auth/token-roles.client.ts';
import { commercialEndpoints } from '../../../shared/defender/hosts.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';

const tenant = { tenantId: '6f1c0000-0000-4000-8000-00000000a001', cloud: 'Commercial' } as const;

function tokenOf(claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.x`;
}

function rolesBy(token: string): Promise<readonly string[]> {
  const credentials = { getToken: () => Promise.resolve(token) };
  return createReadRoles({ credentials, endpoints: commercialEndpoints })(tenant, 'defender');
}

it('tells the roles that a token holds', async () => {
  const { tenantId: tid } = tenant;
  expect(await rolesBy(tokenOf({ tid, roles: ['Machine.Read.All', 7] }))).toEqual(['Machine.Read.All']);
  expect(await rolesBy(tokenOf({ tid }))).toEqual([]);
});

it.each([['no token'], [tokenOf({ tid: 'another', roles: ['Machine.Read.All'] })]])(
  'what tells nothing is no "none"',
  async (token) => {
    await expect(rolesBy(token)).rejects.toThrow(UpstreamUnavailable);
  },
);
