import type { ScenarioCheck, TenantCheck, TenantPolicy } from '../../shared/contract/tenant.ts';
import { actionRoles, holdsRole } from '../../shared/defender/roles.ts';
import type { GraphRole, MdeRole } from '../../shared/defender/roles.ts';
import type { SuspensionReason } from '../../shared/errors.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';

/** What came of asking for a token in the tenant: its roles, the tenant's no, or nothing that says anything about the tenant. */
export type SignIn =
  | { readonly outcome: 'token'; readonly roles: readonly string[] }
  | { readonly outcome: 'refused'; readonly reason: SuspensionReason }
  | { readonly outcome: 'failed' };

/** One sign-in for each API. */
export interface SignIns {
  readonly mde: SignIn;
  readonly graph: SignIn;
}

interface Needed {
  readonly mde: readonly MdeRole[];
  readonly graph: readonly GraphRole[];
}

/** An alert without an event: Graph makes it, tells of it, and takes its changes. */
const graphAlertRoles: readonly GraphRole[] = ['SecurityAlert.Create.All', 'SecurityAlert.ReadWrite.All'];

const alertRoles: readonly MdeRole[] = ['Alert.ReadWrite.All', 'Machine.Read.All'];
const indicatorRoles: readonly MdeRole[] = ['Ti.ReadWrite.All'];

/**
 * The roles that the scenarios need in a tenant with this policy: an action that is not allowed needs none. Actions on alerts and
 * indicators need what the other two scenarios do, and it shows there (contract §11, the example).
 */
export function neededRoles({
  alerts,
  actions,
  queries,
}: TenantPolicy): Readonly<Record<'alertIngest' | 'indicatorSync' | 'responseAction', Needed>> {
  const ofActions = actions.allowed
    .flatMap((action) => actionRoles[action])
    .filter((role) => ![...alertRoles, ...indicatorRoles].includes(role));
  const ofFallback = alerts.fallback === 'GraphAlert' ? graphAlertRoles : [];
  return {
    alertIngest: {
      mde: alertRoles,
      graph: ['ThreatHunting.Read.All', ...ofFallback],
    },
    indicatorSync: { mde: indicatorRoles, graph: [] },
    responseAction: {
      mde: [...new Set(['Machine.Read.All' as const, ...ofActions])],
      graph: queries.allowed ? ['ThreatHunting.Read.All'] : [],
    },
  };
}

/**
 * A tenant after a check. It is connected as soon as one role is there that we use, and suspended when Defender does not
 * let us in or there is not one; what could not be asked changes nothing.
 */
export function toChecked(record: TenantRecord, signIns: SignIns, checkedAt: string): TenantRecord {
  const needed = neededRoles(record.policy);
  const missing = Object.values(needed).flatMap((scenario) => missingRoles(scenario, signIns));
  const check: TenantCheck = {
    checkedAt,
    alertIngest: toScenarioCheck(needed.alertIngest, signIns),
    indicatorSync: toScenarioCheck(needed.indicatorSync, signIns),
    responseAction: toScenarioCheck(needed.responseAction, signIns),
    missingRoles: [...new Set(missing)].toSorted(),
  };
  const { suspension: _before, ...rest } = record;
  const connection = toConnection(Object.values(needed), signIns);
  if (connection === undefined) return { ...record, check };
  if (connection !== 'Connected') return { ...rest, check, connection: 'Suspended', suspension: connection };
  return { ...rest, check, connection, connectedAt: record.connectedAt ?? checkedAt };
}

function toScenarioCheck(needed: Needed, signIns: SignIns): ScenarioCheck {
  const asked = [signIns.mde, ...(needed.graph.length > 0 ? [signIns.graph] : [])];
  if (asked.some((signIn) => signIn.outcome === 'refused' && signIn.reason === 'not_licensed')) return 'NotLicensed';
  if (missingRoles(needed, signIns).length > 0) return 'RoleMissing';
  return asked.some((signIn) => signIn.outcome === 'failed') ? 'Failing' : 'Works';
}

/** Without consent every role is missing; what could not be asked, or is not licensed, tells of none. */
function missingRoles(needed: Needed, { mde, graph }: SignIns): readonly string[] {
  const of = <Role extends MdeRole | GraphRole>(roles: readonly Role[], signIn: SignIn): readonly Role[] => {
    if (signIn.outcome === 'token') return roles.filter((role) => !holdsRole(signIn.roles, role));
    return signIn.outcome === 'refused' && signIn.reason !== 'not_licensed' ? roles : [];
  };
  return [...of(needed.mde, mde), ...of(needed.graph, graph)];
}

/** `undefined`: the sign-ins do not tell. */
function toConnection(needed: readonly Needed[], signIns: SignIns): 'Connected' | TenantRecord['suspension'] {
  const { mde, graph } = signIns;
  if (mde.outcome === 'refused') return mde.reason === 'not_licensed' ? 'not_licensed' : 'consent_withdrawn';
  const held = [mde, graph].flatMap((signIn) => (signIn.outcome === 'token' ? signIn.roles : []));
  const used = needed.flatMap((each) => [...each.mde, ...each.graph]);
  if (used.some((role) => holdsRole(held, role))) return 'Connected';
  return mde.outcome === 'failed' || graph.outcome === 'failed' ? undefined : 'roles_missing';
}
