import type { Clock } from '../../clock.ts';
import type { DefenderTenant } from '../../defender/hosts.ts';
import type { DefenderIndicators } from '../../defender/indicators.client.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import { indicatorKey } from '../feed-item.ts';
import { ledgerAfterRemovals, ledgerAfterWrites } from './next-ledger.ts';
import type { Ledger } from './ledger.ts';
import type { PlannedWrite, SyncPlan } from './sync-plan.ts';
import { HalfWritten, toBatches, writeBatch } from './write-batch.client.ts';
import { isDirect } from '../wanted-row.ts';

export interface ApplyInput {
  readonly tenant: DefenderTenant;
  readonly plan: SyncPlan;
  /** Before this plan: what a row falls back to that was not sent after all. */
  readonly before: Ledger;
  /** With every row of the plan marked `pending` (`ledgerWithIntent`), and written. */
  readonly intended: Ledger;
  readonly now: Clock;
  /** Asked before each call: whether there is time for one more. */
  readonly mayGoOn: () => boolean;
}

/** Rows by what became of them; `rejected`: Defender refused them. */
export interface AppliedCounts {
  readonly added: number;
  readonly changed: number;
  readonly renewed: number;
  readonly removed: number;
  readonly rejected: number;
}

/** What one pass over a plan did. */
export interface Applied {
  /** Rows whose fate is not known (a lost reply) are still `pending` in it. */
  readonly ledger: Ledger;
  readonly counts: AppliedCounts;
  /** Why the plan is not done: come back then. */
  readonly stopped?: { readonly retryAfterMs: number; readonly error?: Error };
}

interface CountedWrite {
  readonly write: PlannedWrite;
  readonly as: 'added' | 'changed' | 'renewed';
}

interface Pass {
  ledger: Ledger;
  readonly counts: { -readonly [K in keyof AppliedCounts]: number };
  /** Batches whose rows were not sent yet. */
  unsent: (readonly CountedWrite[])[];
}

/**
 * Carries out a plan in batches of 500, removals first, then what was asked for directly. Whatever stops it (no time, no budget, Defender away), the ledger that comes
 * back says what is known: what was not sent is as before, what may have been sent stays `pending`.
 */
export async function applyPlan(indicators: DefenderIndicators, input: ApplyInput): Promise<Applied> {
  const { change, renew, add } = input.plan;
  const pass: Pass = {
    ledger: input.intended,
    counts: { added: 0, changed: 0, renewed: 0, removed: 0, rejected: 0 },
    unsent: [
      ...toBatches(
        directFirst([...counted('changed', change), ...counted('renewed', renew), ...counted('added', add)]),
      ),
    ],
  };
  try {
    const isThrough = (await removeAll(indicators, input, pass)) && (await writeAll(indicators, input, pass));
    return isThrough ? pass : stop(pass, input.before, { retryAfterMs: 0 });
  } catch (error) {
    const retryAfterMs = error instanceof UpstreamUnavailable ? error.retryAfterMs : 0;
    return stop(pass, input.before, { retryAfterMs, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

function counted(as: CountedWrite['as'], writes: readonly PlannedWrite[]): readonly CountedWrite[] {
  return writes.map((write) => ({ write, as }));
}

/** Somebody waits for these. */
function directFirst(writes: readonly CountedWrite[]): readonly CountedWrite[] {
  const [direct = [], others = []] = [true, false].map((is) =>
    writes.filter(({ write }) => isDirect(write.row) === is),
  );
  return [...direct, ...others];
}

async function removeAll(indicators: DefenderIndicators, input: ApplyInput, pass: Pass): Promise<boolean> {
  for (const batch of toBatches(input.plan.remove)) {
    if (!input.mayGoOn()) return false;
    await indicators.deleteIndicators(
      input.tenant,
      batch.map(({ indicatorId }) => indicatorId),
    );
    pass.ledger = ledgerAfterRemovals(pass.ledger, batch);
    pass.counts.removed += batch.length;
  }
  return true;
}

async function writeAll(indicators: DefenderIndicators, input: ApplyInput, pass: Pass): Promise<boolean> {
  for (let batch = pass.unsent[0]; batch !== undefined; batch = pass.unsent[0]) {
    if (!input.mayGoOn()) return false;
    const written = await sendBatch(indicators, input.tenant, pass);
    const postponed = written.filter(({ outcome }) => 'postponedMs' in outcome);
    const settled = written.flatMap(({ of, outcome }) =>
      'postponedMs' in outcome ? [] : [{ write: of.write, as: of.as, outcome }],
    );
    pass.ledger = ledgerAfterWrites(pass.ledger, settled, input.now());
    for (const { as, outcome } of settled) pass.counts['indicatorId' in outcome ? as : 'rejected'] += 1;
    if (postponed.length > 0) {
      pass.unsent.unshift(postponed.map(({ of }) => of));
      const waits = postponed.map(({ outcome }) => ('postponedMs' in outcome ? outcome.postponedMs : 0));
      throw new UpstreamUnavailable('The budget ended within a batch.', {
        retryAfterMs: Math.max(...waits),
        throttled: true,
      });
    }
  }
  return true;
}

async function sendBatch(indicators: DefenderIndicators, tenant: DefenderTenant, pass: Pass) {
  const batch = pass.unsent.shift() ?? [];
  try {
    return await writeBatch(indicators, tenant, batch);
  } catch (error) {
    // A limit said no to the import itself: nothing of the batch was sent. Otherwise its rows stay pending.
    if (error instanceof UpstreamUnavailable && error.throttled) pass.unsent.unshift(batch);
    throw error instanceof HalfWritten ? error.cause : error;
  }
}

function stop(pass: Pass, before: Ledger, why: NonNullable<Applied['stopped']>): Applied {
  const ledger = new Map(pass.ledger);
  for (const { write } of pass.unsent.flat()) {
    const key = indicatorKey(write.row);
    const old = before.get(key);
    if (old === undefined) ledger.delete(key);
    else ledger.set(key, old);
  }
  return { ledger, counts: pass.counts, stopped: why };
}
