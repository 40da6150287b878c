import { rolesIn } from '../../shared/auth/token-roles.client.ts';
import { toTenantEvent } from '../../shared/callbacks/tenant-event.ts';
import type { Tell } from '../../shared/callbacks/tell.store.ts';
import type { Clock } from '../../shared/clock.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import { toEndpoint } from '../../shared/defender/hosts.ts';
import type { DefenderService, DefenderTenant, EndpointSettings } from '../../shared/defender/hosts.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents, Versioned } from '../../shared/registry/documents.store.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { toChecked } from './check-permissions.ts';
import type { SignIn } from './check-permissions.ts';

/** Asks what a tenant lets us do, and records it. `undefined`: there is no such tenant. Throws only when storage fails. */
export type CheckTenant = (tenantId: string) => Promise<Versioned<TenantRecord> | undefined>;

/** What a check needs; `credentials` as `createTenantCredentials` gives them. */
export interface CheckTenantOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly credentials: {
    readonly getToken: (tenantId: string, scope: string) => Promise<string>;
    readonly forget: (tenantId: string) => void;
  };
  readonly endpoints: EndpointSettings;
  /** The tenant lets us in again: what waited for it is due now. */
  readonly resume: (tenantId: string) => Promise<void>;
  readonly tell: Tell;
  readonly now: Clock;
  readonly log: Log;
}

/**
 * Creates the check. What a token holds decides: consent, licence and roles show in it, and asking for it changes nothing.
 * https://learn.microsoft.com/defender-endpoint/api/exposed-apis-create-app-partners#validate-the-token
 */
export function createCheckTenant(options: CheckTenantOptions): CheckTenant {
  const { tenants, credentials, endpoints, now, log } = options;
  const signIn = async (tenant: DefenderTenant, service: DefenderService): Promise<SignIn> => {
    try {
      const { scope } = toEndpoint(endpoints, service, tenant);
      return fromToken(await credentials.getToken(tenant.tenantId, scope), tenant.tenantId);
    } catch (error) {
      if (error instanceof TenantSuspended) return { outcome: 'refused', reason: error.reason };
      if (!(error instanceof UpstreamUnavailable)) throw error;
      log.warn('tenant.signInFailed', { tenantId: tenant.tenantId, service, error });
      return { outcome: 'failed' };
    }
  };

  return async (tenantId) => {
    const before = await tenants.get(tenantId);
    if (before === undefined || !isCheckable(before.document)) return before;
    // A token that is kept does not know of a consent given, or withdrawn, since.
    credentials.forget(tenantId);
    const [mde, graph] = await Promise.all([signIn(before.document, 'defender'), signIn(before.document, 'graph')]);
    const checkedAt = toTime(now());
    const decide = (current: TenantRecord): TenantRecord =>
      isCheckable(current) ? toChecked(current, { mde, graph }, checkedAt) : current;
    const event = toTenantEvent(before.document, decide(before.document), checkedAt);
    if (event !== undefined) await options.tell(event);
    const after = await tenants.change(tenantId, (current = before.document) => decide(current));
    report(log, before.document, after.document);
    const isBack = before.document.connection !== 'Connected' && toTenantStatus(after.document) === 'Connected';
    if (isBack) await options.resume(tenantId);
    return after;
  };
}

function isCheckable({ connection }: TenantRecord): boolean {
  return connection === 'Connected' || connection === 'Suspended';
}

function fromToken(token: string, tenantId: string): SignIn {
  const roles = rolesIn(token, tenantId);
  return roles === undefined ? { outcome: 'failed' } : { outcome: 'token', roles };
}

function report(log: Log, before: TenantRecord, after: TenantRecord): void {
  const { tenantId, check, suspension } = after;
  log.info('tenant.checked', { tenantId, status: toTenantStatus(after), missingRoles: check?.missingRoles });
  if (before.connection === after.connection) return;
  if (after.connection === 'Connected') log.info('tenant.connected', { tenantId });
  if (after.connection === 'Suspended') log.warn('tenant.suspended', { tenantId, code: suspension });
}
