import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { AcceptedItem } from './feed-version.ts';

const fields = [
  ...(['action', 'severity', 'confidence', 'title', 'description', 'recommendedActions', 'expirationTime'] as const),
  ...(['generateAlert', 'externalId', 'auditOnly', 'since', 'goneSince', 'waits', 'cameWhileHeld'] as const),
] satisfies readonly (keyof AcceptedItem)[];

/** The same items, in any order: sources sort anew without meaning anything by it. */
export function sameContents(a: readonly AcceptedItem[], b: readonly AcceptedItem[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Map(a.map((item) => [indicatorKey(item), item]));
  return b.every((item) => {
    const other = known.get(indicatorKey(item));
    return other !== undefined && sameFacts(other, item);
  });
}

function sameFacts(a: AcceptedItem, b: AcceptedItem): boolean {
  const techniques = (item: AcceptedItem) => item.mitreTechniques?.join() ?? '';
  return fields.every((field) => a[field] === b[field]) && techniques(a) === techniques(b);
}
