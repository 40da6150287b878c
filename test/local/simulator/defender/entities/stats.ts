import { ticksPerMs, toTimeText } from '../../hunting/ticks.ts';
import { defenderError } from '../errors.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { Sighting } from './resource.ts';

const maxHours = 720;

export interface OrganizationStats {
  readonly organizationPrevalence: number;
  readonly orgFirstSeen: string | null;
  readonly orgLastSeen: string | null;
}

/** `lookBackHours` bounds which machines are counted, not, as the sample shows, the two times. */
export function toStats(call: DefenderCall, sightings: readonly Sighting[]): OrganizationStats | DefenderError {
  const text = call.exchange.query.get('lookBackHours') ?? String(maxHours);
  const hours = /^\d+$/.test(text) ? Number(text) : 0;
  if (hours < 1 || hours > maxHours) return defenderError('InvalidInput', `Invalid input lookBackHours: ${text}`);
  const since = toTimeText(BigInt(call.nowMs - hours * 3_600_000) * ticksPerMs);
  const recent = sightings.filter(({ lastSeen }) => lastSeen >= since);
  return {
    organizationPrevalence: new Set(recent.map(({ machineId }) => machineId)).size,
    orgFirstSeen:
      sightings
        .map(({ firstSeen }) => firstSeen)
        .toSorted()
        .at(0) ?? null,
    orgLastSeen:
      sightings
        .map(({ lastSeen }) => lastSeen)
        .toSorted()
        .at(-1) ?? null,
  };
}
