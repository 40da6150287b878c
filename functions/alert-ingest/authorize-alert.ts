import { alertSeveritySchema } from '../../shared/contract/alert.ts';
import type { AlertSeverity } from '../../shared/contract/alert.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { TenantPolicy } from '../../shared/contract/tenant.ts';

/** Whether a tenant takes an alert (contract §11). `rule` points into the tenant document. */
export function authorizeAlert(
  { minimumSeverity }: Pick<TenantPolicy['alerts'], 'minimumSeverity'>,
  { severity }: { readonly severity: AlertSeverity },
  { isDayFull }: { readonly isDayFull: boolean },
): DryRunAnswer['policy'] {
  const order = alertSeveritySchema.options;
  if (order.indexOf(severity) < order.indexOf(minimumSeverity)) return refused('minimumSeverity');
  return isDayFull ? refused('maxPerDay') : { allowed: true, needsApproval: false };
}

function refused(name: 'minimumSeverity' | 'maxPerDay'): DryRunAnswer['policy'] {
  return { allowed: false, needsApproval: false, rule: `#/policy/alerts/${name}` };
}
