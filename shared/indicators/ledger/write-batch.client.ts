import type { DefenderTenant } from '../../defender/hosts.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { ImportResult } from '../../defender/indicator-rows.ts';
import { indicatorBatchSize } from '../../defender/indicators.client.ts';
import type { DefenderIndicators } from '../../defender/indicators.client.ts';
import type { WriteOutcome } from './next-ledger.ts';
import type { PlannedWrite } from './sync-plan.ts';
import { toSubmission } from './to-submission.ts';

/** What became of one row. `postponedMs`: it was not sent, its turn comes after so long. */
export interface Written<W> {
  readonly of: W;
  readonly outcome: WriteOutcome | { readonly postponedMs: number };
}

/** A batch was imported, and what it replaces could not be taken out: only the tenant's list can tell what stands. */
export class HalfWritten extends Error {
  constructor(cause: unknown) {
    super('A batch of indicators is halfway.', { cause });
    this.name = 'HalfWritten';
  }
}

/**
 * Imports up to 500 rows and takes out the rows of ours that they replace, never before the new one is there; only where a second row
 * with another action is a conflict, the old one has to go first. Throws what the import throws, or
 * `HalfWritten` when a later call fails.
 * Source: https://learn.microsoft.com/defender-endpoint/api/import-ti-indicators.
 */
export async function writeBatch<W extends { readonly write: PlannedWrite }>(
  indicators: DefenderIndicators,
  tenant: DefenderTenant,
  batch: readonly W[],
): Promise<readonly Written<W>[]> {
  const send = async (rows: readonly W[]): Promise<readonly ImportResult[]> =>
    rows.length === 0
      ? []
      : indicators.importIndicators(
          tenant,
          rows.map(({ write }) => toSubmission(write)),
        );
  const first = await send(batch);
  const stuck = batch.filter(({ write }, i) => first[i]?.kind === 'failed' && write.changesAction === true);
  const replaced = batch.flatMap(({ write }, i) => {
    const result = first[i];
    return result?.kind === 'imported' ? write.replaces.filter((id) => id !== result.id) : [];
  });
  let second: readonly ImportResult[];
  try {
    for (const ids of toBatches([...replaced, ...stuck.flatMap(({ write }) => write.replaces)])) {
      await indicators.deleteIndicators(tenant, ids);
    }
    second = await send(stuck);
  } catch (error) {
    throw new HalfWritten(error);
  }
  throwPostponed(second);
  return batch.map((of, i) => {
    const again = stuck.indexOf(of);
    const [standingId] = again < 0 ? of.write.replaces : [];
    return { of, outcome: toOutcome(again < 0 ? first[i] : second[again], standingId) };
  });
}

/** Rows whose old one is gone already are not as they were before. */
function throwPostponed(results: readonly ImportResult[]): void {
  const waits = results.flatMap((result) => (result.kind === 'postponed' ? [result.retryAfterMs] : []));
  if (waits.length === 0) return;
  const retryAfterMs = Math.max(...waits);
  throw new HalfWritten(new UpstreamUnavailable('The budget ended within a batch.', { retryAfterMs, throttled: true }));
}

function toOutcome(result: ImportResult | undefined, standingId: string | undefined): Written<never>['outcome'] {
  switch (result?.kind) {
    case 'imported':
      return { indicatorId: result.id };
    case 'failed':
      return { failureReason: result.failureReason, ...(standingId === undefined ? {} : { standingId }) };
    case 'postponed':
      return { postponedMs: result.retryAfterMs };
    case undefined:
      throw new Error('An import was answered with fewer results than rows.');
  }
}

/** Cuts rows into what Defender takes in one call. */
export function toBatches<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / indicatorBatchSize) }, (_, i) =>
    rows.slice(i * indicatorBatchSize, (i + 1) * indicatorBatchSize),
  );
}
