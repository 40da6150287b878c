import { z } from 'zod';
import type { Immutable } from '../../../shared/contract/primitives.ts';
import { timeSchema } from '../../../shared/contract/primitives.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import type { OthersRows } from './tenant-rows.ts';

const counts = z.int().min(0);

const listedSchema = z.strictObject({
  /** Of the plan that asked for the list. */
  inputs: z.string(),
  /** Epoch milliseconds. */
  atMs: z.number(),
  others: z.strictObject({ count: counts, keys: z.array(z.string()) }),
  /** Set when the list was the tenant's whole one, with what had drifted. */
  whole: z.strictObject({ at: timeSchema, drift: z.strictObject({ missing: counts, changed: counts }) }).optional(),
});

/** What a list of the tenant said about others' rows (which of our values they hold), kept for the next steps of the same sync. */
export type Listed = Immutable<z.output<typeof listedSchema>>;

/** More keys are not kept: the next step lists again. */
const mostKeys = 2_000;

/** For so long a list counts within one sync: as long as a minute's worth of imports and the wait for the next takes. */
const countsForMs = 120_000;

/** What an earlier step of the sync kept, if it is that and still counts for these inputs. */
export function readListed(kept: unknown, inputs: string, nowMs: number): Listed | undefined {
  const { data } = listedSchema.safeParse(kept);
  return data?.inputs === inputs && nowMs - data.atMs < countsForMs ? data : undefined;
}

/** What to keep of a list. Of others' rows only those matter that the plan leaves values out for. */
export function toListed(
  { inputs, plan, others }: { readonly inputs: string; readonly plan: SyncPlan; readonly others: OthersRows },
  atMs: number,
  whole?: Listed['whole'],
): Listed {
  return { inputs, atMs, others: { count: others.count, keys: heldKeys(plan) }, ...(whole && { whole }) };
}

/** What the next step is given of it: everything, or nothing when that is much. */
export function toKept(listed: Listed | undefined): Listed | null {
  return listed === undefined || listed.others.keys.length > mostKeys ? null : listed;
}

/** The wanted values that others hold. */
export function heldKeys({ leftOut }: SyncPlan): readonly string[] {
  return leftOut.filter(({ code }) => code === 'held_by_customer').map(indicatorKey);
}
