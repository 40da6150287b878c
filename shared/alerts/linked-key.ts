import type { AlertVia } from './alert-link-rows.ts';

/** Names a tenant's alerts of one of Microsoft's APIs: what is kept of them together has this key. */
export function linkedKey(tenantId: string, via: AlertVia): string {
  return `${tenantId}|${via}`;
}
