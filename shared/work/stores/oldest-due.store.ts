import type { Clock } from '../../clock.ts';
import type { Gate, Lane } from '../carry.ts';
import type { Items } from './items.store.ts';
import type { Ready } from './ready.store.ts';

/** So many partitions are looked into; of further ones the hint is believed, which can only look too old. */
const maxLooks = 50;

/**
 * When the oldest due work of some lanes became due, in milliseconds. Of tenants that may be called: a timer that died must
 * show, a tenant without consent must not look like one. Callbacks go to the partner, whatever the tenant's state.
 */
export function createOldestDue(options: {
  readonly ready: Ready;
  readonly items: Items;
  readonly gate: (tenantId: string) => Promise<Gate>;
  readonly now: Clock;
}): (lanes: readonly Lane[]) => Promise<number | undefined> {
  const { ready, items, gate, now } = options;

  async function ofLane(lane: Lane): Promise<number | undefined> {
    let oldestMs = Infinity;
    let looks = 0;
    for (const row of await ready.due(lane)) {
      if (row.nextDueMs >= oldestMs) break; // hints are never late: nothing older follows
      if (lane !== 'callbacks' && (await gate(row.tenantId)) !== 'open') continue;
      looks += 1;
      const itemMs = looks > maxLooks ? row.nextDueMs : await items.earliest(lane, row.tenantId);
      // A tenant that was suspended waits, for us, only since it came back: that is when its row was set.
      const dueMs = Math.max(row.nextDueMs, itemMs ?? Infinity);
      if (dueMs <= now()) oldestMs = Math.min(oldestMs, dueMs);
    }
    return oldestMs === Infinity ? undefined : oldestMs;
  }

  return async (lanes) => {
    const found = (await Promise.all(lanes.map(ofLane))).filter((ms) => ms !== undefined);
    return found.length === 0 ? undefined : Math.min(...found);
  };
}
