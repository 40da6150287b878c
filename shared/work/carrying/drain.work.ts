import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Gate, Lane } from '../carry.ts';
import type { CarriedItem, Expire } from './carry-item.work.ts';
import type { Items } from '../stores/items.store.ts';
import { shardOf } from '../rows/keys.ts';
import { createLimit } from '../limit.ts';
import type { Ready, ReadyRow } from '../stores/ready.store.ts';
import type { WorkItem } from '../rows/item-row.ts';

const maxInFlight = 64;
const maxPerTenant = 4;
const itemsPerVisit = 20;

/** A callback that failed at first is tried once more in the same pass when it is due so soon. */
const soonMs = 10_000;

const clockGrainMs = 50;

/** A tenant that may not be called now is looked at again after this, unless it is woken before. */
const gatedRecheckMs = 300_000;

export interface DrainOptions {
  readonly ready: Ready;
  readonly items: Items;
  readonly carryItem: (item: WorkItem, mayStart: () => boolean) => Promise<CarriedItem>;
  readonly expire: Expire;
  readonly gate: (tenantId: string) => Promise<Gate>;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: Clock;
  readonly log: Log;
}

export interface DrainPass {
  /** No step starts after this. At most 45 s in a timer. */
  readonly budgetMs: number;
  /** Waits for what becomes due within so long: at Defender's limits the next call is possible in the middle of a minute. */
  readonly waitsForMs?: number;
  /** Takes only the tenants of one of several timers. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** One run through a lane. */
interface Run {
  readonly lane: Lane;
  readonly mayStart: () => boolean;
  readonly inFlight: ReturnType<typeof createLimit>;
  /** Whose turn it is; who has more than a visit takes goes to the end. */
  readonly turns: ReadyRow[];
  /** Who has something that becomes due before the run ends, and when. */
  readonly later: { readonly row: ReadyRow; readonly dueMs: number }[];
  /** Until when what becomes due is waited for. */
  readonly waitsUntilMs: number;
  /** Callbacks to try once more before the run ends. */
  readonly soon: WorkItem[];
  carried: number;
}

/** Carries what is due in a lane, tenants side by side and in turns; gives how many items it carried. */
export function createDrain(options: DrainOptions): (lane: Lane, pass: DrainPass) => Promise<number> {
  const { ready, items, now } = options;

  return async (lane, { budgetMs, waitsForMs = 0, shard }) => {
    const endsAtMs = now() + budgetMs;
    const turns = (await ready.due(lane, waitsForMs)).filter((row) => isIn(shard, row.tenantId));
    const run: Run = {
      ...{ lane, turns, later: [], soon: [], carried: 0, waitsUntilMs: now() + waitsForMs },
      ...{ mayStart: () => now() < endsAtMs, inFlight: createLimit(maxInFlight) },
    };
    do await Promise.all(Array.from({ length: maxInFlight }, () => visitInTurn(run)));
    while (await hasWaitedForNext(run));
    await tryAgainSoon(run, endsAtMs);
    return run.carried;
  };

  /** Waits until the next of those that have something later in this run; `false` when nobody has. */
  async function hasWaitedForNext(run: Run): Promise<boolean> {
    if (run.later.length === 0 || !run.mayStart()) return false;
    const nextMs = Math.min(...run.later.map(({ dueMs }) => dueMs));
    if (nextMs > now()) await options.wait(nextMs - now());
    // A timer may ring a moment early; a clock that stands still is none to wait by.
    if (now() < nextMs - clockGrainMs) return false;
    const nowMs = now();
    for (const each of run.later.splice(0)) {
      if (each.dueMs <= nowMs) run.turns.push(each.row);
      else run.later.push(each);
    }
    return true;
  }

  async function visitInTurn(run: Run): Promise<void> {
    while (run.mayStart()) {
      const row = run.turns.shift();
      if (row === undefined) return;
      try {
        await visit(run, row);
      } catch (error) {
        // One tenant's trouble is not the others'; it stays due.
        options.log.error('visit.failed', { lane: run.lane, tenantId: row.tenantId, error });
      }
    }
  }

  async function visit(run: Run, row: ReadyRow): Promise<void> {
    const { tenantId } = row;
    const first = await items.first(run.lane, tenantId, itemsPerVisit);
    const due = first.filter((item) => item.dueMs <= now());
    if (due.length === 0) return end(run, row, first);
    if (!(await isOpen(run, row))) return;
    const { carried, throttledUntilMs } = await carryAll(run, due);
    // Nothing carried: another drain has them, or storage does not answer. Throttled: the rest would be, too.
    const isToGoOn = due.length === itemsPerVisit && carried > 0 && throttledUntilMs === Infinity && run.mayStart();
    if (isToGoOn) run.turns.push(row);
    else await settle(run, tenantId, throttledUntilMs);
  }

  /** Ends a visit. What becomes possible in this run is waited for, unless it is in somebody's hands. */
  async function end(run: Run, row: ReadyRow, left: readonly WorkItem[], throttledUntilMs = Infinity): Promise<void> {
    const nextMs = left.find(({ isLeased, dueMs }) => !isLeased && dueMs > now())?.dueMs ?? Infinity;
    const dueMs = Math.min(nextMs, throttledUntilMs);
    if (dueMs <= run.waitsUntilMs) run.later.push({ row, dueMs });
    await ready.settle(row, left[0]?.dueMs);
  }

  async function carryAll(
    run: Run,
    due: readonly WorkItem[],
  ): Promise<{ readonly carried: number; readonly throttledUntilMs: number }> {
    const perTenant = createLimit(maxPerTenant);
    const sum = { carried: 0, throttledUntilMs: Infinity };
    const carryOne = async (item: WorkItem): Promise<void> => {
      if (!run.mayStart()) return;
      const { isCarried, waiting, throttledUntilMs = Infinity } = await options.carryItem(item, run.mayStart);
      run.soon.push(...waiting.filter((callback) => callback.dueMs - now() <= soonMs));
      if (isCarried) sum.carried += 1;
      sum.throttledUntilMs = Math.min(sum.throttledUntilMs, throttledUntilMs);
    };
    await Promise.all(due.map((item) => perTenant(() => run.inFlight(() => carryOne(item)))));
    run.carried += sum.carried;
    return sum;
  }

  /** Callbacks go to the partner, whatever the tenant's state. What is too late ends even while the tenant waits. */
  async function isOpen(run: Run, row: ReadyRow): Promise<boolean> {
    if (row.lane === 'callbacks' || (await options.gate(row.tenantId)) === 'open') return true;
    const recheckAtMs = now() + gatedRecheckMs;
    const late = await items.late(row.lane, row.tenantId, itemsPerVisit);
    for (const item of late) if (run.mayStart()) await options.expire(item, { recheckAtMs, mayStart: run.mayStart });
    if (late.length < itemsPerVisit && run.mayStart()) await ready.postpone(row, recheckAtMs);
    return false;
  }

  async function settle(run: Run, tenantId: string, throttledUntilMs: number): Promise<void> {
    const row = await ready.read(run.lane, tenantId);
    if (row) await end(run, row, await items.first(run.lane, tenantId, itemsPerVisit), throttledUntilMs);
  }

  async function tryAgainSoon(run: Run, endsAtMs: number): Promise<void> {
    const last = Math.max(...run.soon.map((callback) => callback.dueMs));
    if (run.soon.length === 0 || last >= endsAtMs) return;
    if (last > now()) await options.wait(last - now());
    await Promise.all(run.soon.map((item) => run.inFlight(() => options.carryItem(item, run.mayStart))));
  }
}

function isIn(shard: DrainPass['shard'], tenantId: string): boolean {
  return shard === undefined || shardOf(tenantId, shard.count) === shard.index;
}
