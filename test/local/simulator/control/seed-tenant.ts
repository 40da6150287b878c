import type { TenantOptions } from '../options.ts';
import type { Control } from './control.ts';

/** What the options say that a tenant holds from the start. Machines come first: users log on to them. */
export function seedTenant(control: Control, { tenantId, ...holds }: TenantOptions): void {
  control.machines.seed(tenantId, holds.machines ?? []);
  control.alerts.seed(tenantId, holds.alerts ?? []);
  for (const seed of holds.events ?? []) control.events.add(tenantId, seed);
  control.files.seed(tenantId, holds.files ?? []);
  control.domains.seed(tenantId, holds.domains ?? []);
  control.ips.seed(tenantId, holds.ips ?? []);
  control.users.seed(tenantId, holds.users ?? []);
  control.vulnerabilities.seed(tenantId, holds.vulnerabilities ?? []);
}
