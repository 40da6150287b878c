import { createHash } from 'node:crypto';
import type { ApplicationOptions, ConsentedRoles, SimulatorOptions, TenantOptions } from '../options.ts';

export interface Tenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly isDefenderLicensed: boolean;
  /** Per client id: the app has a service principal here. */
  readonly consents: Readonly<Record<string, ConsentedRoles>>;
}

export interface Application {
  readonly clientId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly secrets: readonly string[];
  readonly certificates: readonly string[];
  readonly federatedCredentials: NonNullable<ApplicationOptions['federatedCredentials']>;
  readonly redirectUris: readonly string[];
  readonly requiredRoles: ConsentedRoles;
  readonly appRoles: readonly string[];
}

/** Everything that Entra knows: tenants, registrations, consents. */
export interface Directory {
  readonly homeTenantId: string;
  /** The partner's app. */
  readonly clientId: string;
  readonly managedIdentity: SimulatorOptions['managedIdentity'];
  tenant(tenantId: string): Tenant | undefined;
  tenants(): readonly Tenant[];
  putTenant(options: TenantOptions): Tenant;
  deleteTenant(tenantId: string): void;
  application(clientId: string): Application | undefined;
  applications(): readonly Application[];
  putApplication(options: ApplicationOptions): Application;
  /** Gives the app a service principal with these roles; `undefined` takes it away. Throws when the tenant is unknown. */
  consent(tenantId: string, clientId: string, roles: ConsentedRoles | undefined): void;
  /** The roles of the app's service principal; `undefined` when it has none there. */
  servicePrincipal(tenantId: string, clientId: string): ConsentedRoles | undefined;
}

export function createDirectory(options: SimulatorOptions): Directory {
  const tenants = new Map<string, Tenant>();
  const applications = new Map<string, Application>();
  const putTenant = (tenant: TenantOptions): Tenant => putInto(tenants, tenant.tenantId, toTenant(tenant));
  const putApplication = (application: ApplicationOptions): Application =>
    putInto(applications, application.clientId, toApplication(application, options.homeTenantId));
  const tenantOf = (tenantId: string): Tenant | undefined => tenants.get(tenantId.toLowerCase());

  putTenant({ tenantId: options.homeTenantId, displayName: 'Home' });
  options.tenants?.forEach(putTenant);
  [options.application, ...(options.clients ?? [])].forEach(putApplication);
  return {
    homeTenantId: options.homeTenantId,
    clientId: options.application.clientId,
    managedIdentity: options.managedIdentity,
    tenant: tenantOf,
    tenants: () => [...tenants.values()],
    putTenant,
    deleteTenant: (tenantId) => void tenants.delete(tenantId.toLowerCase()),
    application: (clientId) => applications.get(clientId.toLowerCase()),
    applications: () => [...applications.values()],
    putApplication,
    consent: (tenantId, clientId, roles) => {
      const tenant = tenantOf(tenantId);
      if (!tenant) throw new RangeError(`There is no tenant ${tenantId}.`);
      const { [clientId.toLowerCase()]: _old, ...others } = tenant.consents;
      const consents = roles ? { ...others, [clientId.toLowerCase()]: roles } : others;
      putInto(tenants, tenantId, { ...tenant, consents });
    },
    servicePrincipal: (tenantId, clientId) => {
      const consented = tenantOf(tenantId)?.consents[clientId.toLowerCase()];
      const isAtHome = applications.get(clientId.toLowerCase())?.tenantId.toLowerCase() === tenantId.toLowerCase();
      return consented ?? (isAtHome ? {} : undefined);
    },
  };
}

function putInto<T>(map: Map<string, T>, key: string, value: T): T {
  map.set(key.toLowerCase(), value);
  return value;
}

function toTenant(options: TenantOptions): Tenant {
  const consents = Object.entries(options.consents ?? {}).map(([clientId, roles]) => [clientId.toLowerCase(), roles]);
  return {
    tenantId: options.tenantId.toLowerCase(),
    displayName: options.displayName ?? options.tenantId,
    isDefenderLicensed: options.isDefenderLicensed ?? true,
    consents: Object.fromEntries(consents) as Record<string, ConsentedRoles>,
  };
}

function toApplication(options: ApplicationOptions, homeTenantId: string): Application {
  return {
    clientId: options.clientId,
    displayName: options.displayName ?? options.clientId,
    tenantId: options.tenantId ?? homeTenantId,
    secrets: options.secrets ?? [],
    certificates: options.certificates ?? [],
    federatedCredentials: options.federatedCredentials ?? [],
    redirectUris: options.redirectUris ?? [],
    requiredRoles: options.requiredRoles ?? {},
    appRoles: options.appRoles ?? [],
  };
}

/** The same object id for the same app in the same tenant, another one in every other tenant. */
export function objectIdOf(tenantId: string, clientId: string): string {
  const hex = createHash('sha256').update(`${tenantId}/${clientId}`.toLowerCase()).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
