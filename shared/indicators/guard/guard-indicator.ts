import type { FeedRejectCode } from '../../contract/feed.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import { protectedNameOf } from './protected-name.ts';

/** What the guard says to a value (contract §12). */
export type GuardAnswer =
  { readonly ok: true } | { readonly ok: false; readonly code: FeedRejectCode; readonly detail: string };

/**
 * Asks the guard about a value in its normal form before it may reach a tenant: whether it would touch a protected name. The one place
 * where warning lists are to be asked too. `names`: `ownNames` of partner.json and the tenant's `protectedNames`.
 */
export function guardIndicator(identity: IndicatorIdentity, names: readonly string[]): GuardAnswer {
  const name = protectedNameOf(identity, names);
  if (name === undefined) return { ok: true };
  const detail = `${identity.indicatorValue} would touch the protected name ${name}.`;
  return { ok: false, code: 'protected_name', detail };
}
