import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neededRoles, toChecked } from '../../../functions/tenant-onboarding/check-permissions.ts';
import type { SignIn } from '../../../functions/tenant-onboarding/check-permissions.ts';
import { actionNames } from '../../../shared/contract/action.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { askedRoles } from '../../../shared/defender/roles.ts';
import { toNewTenant } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';

const at = '2026-11-20T04:00:00Z';
const fresh = toNewTenant('6f1c0000-0000-4000-8000-00000000a001', tenantInputSchema.parse({}));
const connected: TenantRecord = { ...fresh, connection: 'Connected', connectedAt: '2026-11-01T09:00:00Z' };

const token = (roles: readonly string[]): SignIn => ({ outcome: 'token', roles });
const all = { mde: token(askedRoles.mde), graph: token(askedRoles.graph) };
const without = (...roles: string[]): SignIn => token(askedRoles.mde.filter((role) => !roles.includes(role)));
const failed: SignIn = { outcome: 'failed' };
const noConsent: SignIn = { outcome: 'refused', reason: 'consent_withdrawn' };
const noLicence: SignIn = { outcome: 'refused', reason: 'not_licensed' };
const noTenant: SignIn = { outcome: 'refused', reason: 'unknown_tenant' };

describe('toChecked', () => {
  it('connects a tenant that granted everything, once', () => {
    expect(toChecked(fresh, all, at)).toMatchObject({
      connection: 'Connected',
      connectedAt: at,
      check: { checkedAt: at, alertIngest: 'Works', indicatorSync: 'Works', responseAction: 'Works', missingRoles: [] },
    });
    expect(toChecked(connected, all, at).connectedAt).toBe('2026-11-01T09:00:00Z');
  });

  it.each([
    // [what, mde, graph, connection, suspension, alertIngest, indicatorSync, responseAction, missing]
    [
      'the indicator role missing',
      without('Ti.ReadWrite.All'),
      all.graph,
      'Connected',
      undefined,
      'Works',
      'RoleMissing',
      'Works',
      ['Ti.ReadWrite.All'],
    ],
    [
      'the alert role missing',
      without('Alert.ReadWrite.All'),
      all.graph,
      'Connected',
      undefined,
      'RoleMissing',
      'Works',
      'Works',
      ['Alert.ReadWrite.All'],
    ],
    [
      'the scan role missing',
      without('Machine.Scan'),
      all.graph,
      'Connected',
      undefined,
      'Works',
      'Works',
      'RoleMissing',
      ['Machine.Scan'],
    ],
    [
      'a role of actions that are off missing',
      without('Machine.LiveResponse', 'Machine.Offboard'),
      all.graph,
      'Connected',
      undefined,
      'Works',
      'Works',
      'Works',
      [],
    ],
    [
      'machines readable by the right to write them',
      without('Machine.Read.All'),
      all.graph,
      'Connected',
      undefined,
      'Works',
      'Works',
      'Works',
      [],
    ],
    [
      'hunting missing',
      all.mde,
      token([]),
      'Connected',
      undefined,
      'RoleMissing',
      'Works',
      'Works',
      ['ThreatHunting.Read.All'],
    ],
    [
      'no consent for Graph',
      all.mde,
      noConsent,
      'Connected',
      undefined,
      'RoleMissing',
      'Works',
      'Works',
      ['ThreatHunting.Read.All'],
    ],
    ['Graph not to be asked', all.mde, failed, 'Connected', undefined, 'Failing', 'Works', 'Works', []],
    ['no licence', noLicence, all.graph, 'Suspended', 'not_licensed', 'NotLicensed', 'NotLicensed', 'NotLicensed', []],
    [
      'only hunting granted',
      token([]),
      all.graph,
      'Connected',
      undefined,
      'RoleMissing',
      'RoleMissing',
      'RoleMissing',
      expect.not.arrayContaining(['ThreatHunting.Read.All']),
    ],
    [
      'not one role',
      token([]),
      token([]),
      'Suspended',
      'roles_missing',
      'RoleMissing',
      'RoleMissing',
      'RoleMissing',
      expect.arrayContaining(['ThreatHunting.Read.All', 'Ti.ReadWrite.All']),
    ],
    [
      'roles that are of no use',
      token(['Score.Read.All']),
      token(['User.Read.All']),
      'Suspended',
      'roles_missing',
      'RoleMissing',
      'RoleMissing',
      'RoleMissing',
      expect.anything(),
    ],
    [
      'no consent',
      noConsent,
      noConsent,
      'Suspended',
      'consent_withdrawn',
      'RoleMissing',
      'RoleMissing',
      'RoleMissing',
      expect.arrayContaining(['ThreatHunting.Read.All', 'Ti.ReadWrite.All']),
    ],
    [
      'no such tenant',
      noTenant,
      noTenant,
      'Suspended',
      'consent_withdrawn',
      'RoleMissing',
      'RoleMissing',
      'RoleMissing',
      expect.anything(),
    ],
  ] as const)(
    '%s',
    (_what, mde, graph, connection, suspension, alertIngest, indicatorSync, responseAction, missingRoles) => {
      const after = toChecked(connected, { mde, graph }, at);
      expect(after.check).toEqual({ checkedAt: at, alertIngest, indicatorSync, responseAction, missingRoles });
      expect([after.connection, after.suspension]).toEqual([connection, suspension]);
    },
  );

  it.each([
    ['nothing can be asked', failed, failed],
    ['Defender cannot be asked and Graph grants nothing', failed, token([])],
  ])('changes no connection when %s', (_what, mde, graph) => {
    expect(toChecked(connected, { mde, graph }, at).connection).toBe('Connected');
    const suspended = { ...fresh, suspension: 'consent_withdrawn' } as const;
    expect(toChecked(suspended, { mde, graph }, at)).toMatchObject({
      connection: 'Suspended',
      suspension: 'consent_withdrawn',
    });
  });

  it('forgets why a tenant was suspended when it is connected again', () => {
    expect(
      toChecked({ ...connected, connection: 'Suspended', suspension: 'not_licensed' }, all, at),
    ).not.toHaveProperty('suspension');
  });
});

describe('roles', () => {
  const permissions = JSON.parse(
    readFileSync(new URL('../../../infra/permissions.json', import.meta.url), 'utf8'),
  ) as Record<'mde' | 'graph', { readonly appId: string; readonly roles: Readonly<Record<string, string>> }>;
  /** Parts of the machine, file, domain and address views: what cannot be read is named there, and no check fails for it. */
  const viewRoles = ['Ip.Read.All', 'Url.Read.All', 'User.Read.All', 'Vulnerability.Read.All'];

  it('are asked for exactly as far as something needs them', () => {
    const policy = {
      ...fresh.policy,
      alerts: { ...fresh.policy.alerts, fallback: 'GraphAlert' as const },
      actions: { ...fresh.policy.actions, allowed: [...actionNames] },
      queries: { allowed: true },
    };
    const needed = Object.values(neededRoles(policy));
    expect([...new Set([...needed.flatMap(({ mde }) => mde), ...viewRoles])].toSorted()).toEqual(
      askedRoles.mde.toSorted(),
    );
    expect([...new Set(needed.flatMap(({ graph }) => graph))].toSorted()).toEqual(askedRoles.graph.toSorted());
  });

  it('of Graph’s alerts are needed where the tenant chose those alone', () => {
    const { alerts } = fresh.policy;
    const graphOf = (fallback: typeof alerts.fallback) =>
      neededRoles({ ...fresh.policy, alerts: { ...alerts, fallback } }).alertIngest.graph;
    expect(graphOf('NearestEvent')).toEqual(['ThreatHunting.Read.All']);
    expect(graphOf('GraphAlert')).toContain('SecurityAlert.Create.All');
  });

  it('have ids of their own', () => {
    const ids = Object.values(permissions).flatMap(({ appId, roles }) => [appId, ...Object.values(roles)]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
