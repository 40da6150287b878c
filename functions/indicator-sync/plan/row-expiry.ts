import type { WantedRow } from '../../../shared/indicators/wanted-row.ts';

/** Less than this is not worth a call. */
const slackMs = 60_000;

/** When a row ends if it is written now: its life, or the item's own end; whole seconds, as Defender keeps them. Epoch milliseconds. */
export function expiryMs(row: WantedRow, now: number): number {
  return Math.floor(Math.min(now + row.lifeMs, row.notAfterMs ?? Infinity) / 1000) * 1000;
}

/** Whether a row that ends at `endsAtMs` is to be written again: half of its life has passed, or it would outlive what it may. */
export function needsRenewal(row: WantedRow, endsAtMs: number, now: number): boolean {
  if (Number.isNaN(endsAtMs)) return true;
  const target = expiryMs(row, now);
  if (endsAtMs > target + slackMs) return true;
  return endsAtMs - now <= row.lifeMs / 2 && target > endsAtMs + slackMs;
}

/** When time alone asks for something: the renewal, the end, or an owner that lets go. Epoch milliseconds. */
export function dueAtMs(row: WantedRow, endsAtMs: number): number {
  const canLiveOn = (row.notAfterMs ?? Infinity) > endsAtMs + slackMs;
  return Math.min(canLiveOn ? endsAtMs - row.lifeMs / 2 : endsAtMs, row.changesAtMs ?? Infinity);
}
