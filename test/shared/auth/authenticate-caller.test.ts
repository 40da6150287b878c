import { describe, expect, it } from 'vitest';
import { bearerTokenOf, mayUse } from '../../../shared/auth/authenticate-caller.ts';
import { administrator, callerWith } from '../../builders/serve.ts';

describe('mayUse', () => {
  const soar = callerWith('actions:write', { tenants: ['t1'], feeds: ['f1'] });
  const everywhere = callerWith('indicators:write');
  it.each([
    ['an administrator, anything', administrator, 'admin', { tenantId: 't9' }, 'Allowed'],
    ['an administrator, any scope', administrator, 'queries:run', { feedId: 'f9' }, 'Allowed'],
    ['its scope in its tenant', soar, 'actions:write', { tenantId: 't1' }, 'Allowed'],
    ['its scope elsewhere', soar, 'actions:write', { tenantId: 't2' }, 'Foreign'],
    ['another scope in its tenant', soar, 'alerts:write', { tenantId: 't1' }, 'ScopeMissing'],
    ['another scope elsewhere', soar, 'alerts:write', { tenantId: 't2' }, 'Foreign'],
    ['a tenant does not make a feed', soar, 'actions:write', { feedId: 't1' }, 'Foreign'],
    ['its feed', callerWith('indicators:write', { feeds: ['f1'] }), 'indicators:write', { feedId: 'f1' }, 'Allowed'],
    ['all tenants', everywhere, 'indicators:write', { tenantId: 't2' }, 'Allowed'],
    ['the administrator’s routes', everywhere, 'admin', { tenantId: 't2' }, 'ScopeMissing'],
    ['what belongs to nobody', everywhere, 'admin', {}, 'ScopeMissing'],
  ] as const)('%s', (_what, caller, scope, target, expected) => {
    expect(mayUse(caller, scope, target)).toBe(expected);
  });
});

describe('bearerTokenOf', () => {
  it.each([
    ['Bearer a.b-c_d', 'a.b-c_d'],
    ['bearer  abc==', 'abc=='],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['Bearer a, Bearer b', undefined],
    ['Basic abc', undefined],
  ])('%s: %s', (authorization, token) => {
    expect(bearerTokenOf(new Headers({ authorization }))).toBe(token);
  });
});
