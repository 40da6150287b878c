import { createHash } from 'node:crypto';

/** The name that an alert's operation holds alone in its tenant, by the partner's id. Any text may be an id, but not a row's key. */
export function toAlertName(id: string): string {
  return `alert|${createHash('sha256').update(id).digest('hex')}`;
}
