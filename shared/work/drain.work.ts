import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Gate, Lane } from './carry.ts';
import type { CarryOn } from './carry.work.ts';
import type { Claims } from './claims.store.ts';
import type { Deliver } from './deliver.work.ts';
import type { Items } from './items.store.ts';
import { shardOf } from './keys.ts';
import { createLimit } from './limit.ts';
import { beforeStep } from './next-attempt.ts';
import type { Ready, ReadyRow } from './ready.store.ts';
import type { WorkItem } from './rows.ts';

const maxInFlight = 64;
const maxPerTenant = 4;
const itemsPerVisit = 20;

/** A tenant that may not be called now is looked at again after this, unless it is woken before. */
const gatedRecheckMs = 300_000;

export interface DrainOptions {
  readonly ready: Ready;
  readonly items: Items;
  readonly claims: Claims;
  readonly carryOn: CarryOn;
  readonly deliver: Deliver;
  readonly gate: (tenantId: string) => Promise<Gate>;
  readonly now: Clock;
  readonly log: Log;
}

export interface DrainPass {
  /** No step starts after this. At most 45 s in a timer. */
  readonly budgetMs: number;
  /** Takes only the tenants of one of several timers. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** Carries what is due in a lane, tenants side by side and in turns; gives how many items it carried. */
export function createDrain(options: DrainOptions): (lane: Lane, pass: DrainPass) => Promise<number> {
  const { ready, items, claims, now, log } = options;

  return async (lane, pass) => {
    const endsAtMs = now() + pass.budgetMs;
    const mayStart = (): boolean => now() < endsAtMs;
    const inFlight = createLimit(maxInFlight);
    const turns = (await ready.due(lane)).filter((row) => isIn(pass.shard, row.tenantId)).map((row) => row.tenantId);
    let carried = 0;

    const carry = async (item: WorkItem): Promise<void> => {
      if (!mayStart()) return;
      if (await carryItem(item, mayStart)) carried += 1;
    };
    const visit = async (tenantId: string): Promise<void> => {
      const row = await ready.read(lane, tenantId);
      if (!row || !(await isOpen(row))) return;
      const due = await items.due(lane, tenantId, itemsPerVisit);
      const perTenant = createLimit(maxPerTenant);
      const before = carried;
      await Promise.all(due.map((item) => perTenant(() => inFlight(() => carry(item)))));
      // Nothing carried: another drain has them, or storage does not answer. The next tick looks again.
      if (due.length === itemsPerVisit && carried > before && mayStart()) turns.push(tenantId);
      else await settle(lane, tenantId);
    };
    const visitor = async (): Promise<void> => {
      for (let tenantId = turns.shift(); tenantId !== undefined && mayStart(); tenantId = turns.shift()) {
        await visit(tenantId).catch((error: unknown) => log.error('visit.failed', { lane, tenantId, error }));
      }
    };
    await Promise.all(Array.from({ length: maxInFlight }, visitor));
    return carried;
  };

  async function carryItem(item: WorkItem, mayStart: () => boolean): Promise<boolean> {
    try {
      if (item.lane === 'callbacks') return await options.deliver(item);
      const held = await claims.claim(item);
      if (!held) return false;
      const { callbacks } = await options.carryOn(held, mayStart);
      for (const callback of callbacks) if (mayStart()) await options.deliver(callback);
      return true;
    } catch (error) {
      // One item's trouble is not the others': its lease ends, and it comes back.
      log.error('item.failed', { lane: item.lane, tenantId: item.tenantId, itemId: item.id, error });
      return false;
    }
  }

  /** Callbacks go to the partner, whatever the tenant's state. What is too late ends even while the tenant waits. */
  async function isOpen(row: ReadyRow): Promise<boolean> {
    if (row.lane === 'callbacks' || (await options.gate(row.tenantId)) === 'open') return true;
    const late = await items.late(row.lane, row.tenantId, itemsPerVisit);
    for (const item of late) await expire(item);
    if (late.length < itemsPerVisit) await ready.postpone(row, now() + gatedRecheckMs);
    return false;
  }

  async function expire(item: WorkItem): Promise<void> {
    const held = await claims.claim(item);
    const verdict = held && beforeStep(held.stored, { attempts: held.item.attempts, nowMs: now() });
    if (held && verdict) await claims.record(held, verdict);
    // It may be in Defender already: only a step can tell, once the tenant is back.
    else if (held) await claims.release(held, now() + gatedRecheckMs);
  }

  async function settle(lane: Lane, tenantId: string): Promise<void> {
    const row = await ready.read(lane, tenantId);
    if (row) await ready.settle(row, await items.earliest(lane, tenantId));
  }
}

function isIn(shard: DrainPass['shard'], tenantId: string): boolean {
  return shard === undefined || shardOf(tenantId, shard.count) === shard.index;
}
