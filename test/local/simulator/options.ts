import type { AlertSeed } from './defender/alerts/seed.ts';
import type { UserSeed } from './control/entity-control.ts';
import type { DomainSeed, FileSeed, IpSeed } from './defender/entities/seed.ts';
import type { MachineSeed } from './defender/machines/seed.ts';
import type { VulnerabilitySeed } from './defender/vulnerabilities/store.ts';
import type { EventSeed } from './events/store.ts';
import type { Switches } from './switches.ts';

/** Role names per resource, as an administrator consents to them. */
export interface ConsentedRoles {
  /** WindowsDefenderATP. */
  readonly defender?: readonly string[];
  readonly graph?: readonly string[];
  /** Microsoft Threat Protection (`https://api.security.microsoft.com`). */
  readonly xdr?: readonly string[];
}

export interface FederatedCredentialOptions {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** An app registration. */
export interface ApplicationOptions {
  readonly clientId: string;
  readonly displayName?: string;
  /** Where it is registered; the home tenant when absent. */
  readonly tenantId?: string;
  readonly secrets?: readonly string[];
  /** PEM certificates that may sign its assertions. */
  readonly certificates?: readonly string[];
  readonly federatedCredentials?: readonly FederatedCredentialOptions[];
  readonly redirectUris?: readonly string[];
  /** What the consent page grants. */
  readonly requiredRoles?: ConsentedRoles;
  /** Roles that it holds on the partner's app (`roles` of a token whose audience is that app). */
  readonly appRoles?: readonly string[];
}

export interface TenantOptions {
  readonly tenantId: string;
  readonly displayName?: string;
  /** Without a licence the Defender service principal is missing. Default true. */
  readonly isDefenderLicensed?: boolean;
  /** Per client id: the app has a service principal here, with these roles. */
  readonly consents?: Readonly<Record<string, ConsentedRoles>>;
  /** Machines that Defender knows from the start. */
  readonly machines?: readonly MachineSeed[];
  readonly alerts?: readonly AlertSeed[];
  /** Rows of the hunting tables. */
  readonly events?: readonly EventSeed[];
  /** With their sightings on machines. */
  readonly files?: readonly FileSeed[];
  readonly domains?: readonly DomainSeed[];
  readonly ips?: readonly IpSeed[];
  /** Logons on machines. */
  readonly users?: readonly UserSeed[];
  readonly vulnerabilities?: readonly VulnerabilitySeed[];
}

export interface SecretVersionOptions {
  readonly value: string;
  readonly version?: string;
  readonly isEnabled?: boolean;
  readonly contentType?: string;
  /** ISO 8601. */
  readonly notBefore?: string;
  readonly expires?: string;
  readonly created?: string;
}

export interface SecretOptions {
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly SecretVersionOptions[];
}

export interface SimulatorOptions {
  /** HTTPS port; 0 or absent: a free one. */
  readonly port?: number;
  /** HTTP port of the managed identity endpoint; 0 or absent: a free one. */
  readonly identityPort?: number;
  /** Where to write the PEM of the CA. */
  readonly caFile?: string;
  /** The secret header of the managed identity endpoint; made up when absent. */
  readonly identityHeader?: string;
  readonly homeTenantId: string;
  /** The partner's app. Its federated credential for the managed identity is there without being listed. */
  readonly application: ApplicationOptions;
  readonly managedIdentity: { readonly clientId: string; readonly principalId: string };
  readonly tenants?: readonly TenantOptions[];
  /** Other apps: callers of the partner's app, other makers of indicators. */
  readonly clients?: readonly ApplicationOptions[];
  readonly secrets?: readonly SecretOptions[];
  /** Client or principal ids that may write secrets; the managed identity may only read. */
  readonly vaultOfficers?: readonly string[];
  readonly switches?: Partial<Switches>;
}
