import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { isKnownKind } from '../carry.ts';
import type { CarryOn } from './carry.work.ts';
import type { Claims } from './claims.store.ts';
import type { Deliver } from './deliver.work.ts';
import { beforeStep } from '../next-attempt.ts';
import type { WorkItem } from '../rows/item-row.ts';

export interface CarryItemOptions {
  readonly claims: Claims;
  readonly carryOn: CarryOn;
  readonly deliver: Deliver;
  readonly now: Clock;
  readonly log: Log;
}

export interface CarriedItem {
  /** `false`: somebody else has it, or its trouble was ours. */
  readonly isCarried: boolean;
  /** Until when it waits, when a limit of Defender's said no: others of the tenant would hear the same. */
  readonly throttledUntilMs?: number;
  /** Callbacks that were tried in vain, and wait for their next time. */
  readonly waiting: readonly WorkItem[];
}

/** Carries one due item of a drain: claims it, steps, and tries the callbacks of its end at once. */
export function createCarryItem(
  options: CarryItemOptions,
): (item: WorkItem, mayStart: () => boolean) => Promise<CarriedItem> {
  const { claims, log } = options;

  return async (item, mayStart) => {
    try {
      return item.lane === 'callbacks' ? await deliverAll([item], () => true) : await carryOperation(item, mayStart);
    } catch (error) {
      // One item's trouble is not the others': its lease ends, and it comes back.
      log.error('item.failed', { lane: item.lane, tenantId: item.tenantId, itemId: item.id, error });
      return nothingCarried;
    }
  };

  async function carryOperation(item: WorkItem, mayStart: () => boolean): Promise<CarriedItem> {
    const held = await claims.claim(item);
    if (!held) return nothingCarried;
    const { callbacks, throttledUntilMs } = await options.carryOn(held, mayStart);
    const { waiting } = await deliverAll(callbacks, mayStart);
    return { isCarried: true, waiting, ...(throttledUntilMs === undefined ? {} : { throttledUntilMs }) };
  }

  async function deliverAll(callbacks: readonly WorkItem[], mayStart: () => boolean): Promise<CarriedItem> {
    const waiting: WorkItem[] = [];
    let isCarried = false;
    for (const callback of callbacks) {
      if (!mayStart()) break;
      const { to, next } = await options.deliver(callback);
      if (to !== 'Lost') isCarried = true;
      if (next) waiting.push(next);
    }
    return { isCarried, waiting };
  }
}

const nothingCarried: CarriedItem = { isCarried: false, waiting: [] };

/** Looks at an item whose tenant may not be called; what goes on waiting is looked at again then. */
export type Expire = (
  item: WorkItem,
  pass: { readonly recheckAtMs: number; readonly mayStart: () => boolean },
) => Promise<void>;

/** Ends what is too late while its tenant may not be called; what may be in Defender already waits on, for only a step can tell. */
export function createExpire(options: {
  readonly claims: Claims;
  readonly deliver: Deliver;
  readonly now: Clock;
}): Expire {
  const { claims, now } = options;
  return async (item, { recheckAtMs, mayStart }) => {
    const held = await claims.claim(item);
    if (!held) return;
    const isKnown = isKnownKind(held.stored.kind);
    const verdict = isKnown ? beforeStep(held.stored, { attempts: held.item.attempts, nowMs: now() }) : undefined;
    if (verdict === undefined) return claims.release(held, recheckAtMs);
    for (const callback of await claims.record(held, verdict)) if (mayStart()) await options.deliver(callback);
  };
}
