import { createHash } from 'node:crypto';

/** The name that an alert's operation holds alone in its tenant, by the partner's id. Any text may be an id, but not a row's key. */
export function toAlertName(id: string): string {
  return `alert|${createHash('sha256').update(id).digest('hex')}`;
}

/** An id stays taken as long as the link between it and its alert lives (contract §15). In milliseconds. */
export const alertNameKeptMs = 180 * 86_400_000;
