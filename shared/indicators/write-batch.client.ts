import type { DefenderTenant } from '../defender/hosts.ts';
import type { DefenderIndicatorSubmission, ImportResult } from '../defender/indicator-rows.ts';
import { indicatorBatchSize } from '../defender/indicators.client.ts';
import type { DefenderIndicators } from '../defender/indicators.client.ts';
import type { WriteOutcome } from './next-ledger.ts';
import type { PlannedWrite } from './sync-plan.ts';

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
  const stuck = batch.filter(({ write }, i) => first[i]?.kind === 'failed' && write.replaces.length > 0);
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
  return batch.map((of, i) => {
    const again = stuck.indexOf(of);
    return { of, outcome: toOutcome(again < 0 ? first[i] : second[again]) };
  });
}

function toOutcome(result: ImportResult | undefined): Written<never>['outcome'] {
  switch (result?.kind) {
    case 'imported':
      return { indicatorId: result.id };
    case 'failed':
      return { failureReason: result.failureReason };
    case 'postponed':
      return { postponedMs: result.retryAfterMs };
    case undefined:
      throw new Error('An import was answered with fewer results than rows.');
  }
}

/** The row in Microsoft's words. */
export function toSubmission({ row, expirationTime }: PlannedWrite): DefenderIndicatorSubmission {
  const { indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames } = row;
  return {
    ...{ indicatorType, indicatorValue, action, severity, title, description, generateAlert, expirationTime },
    ...(row.recommendedActions === undefined ? {} : { recommendedActions: row.recommendedActions }),
    ...(row.mitreTechniques === undefined ? {} : { mitreTechniques: row.mitreTechniques }),
    ...(row.externalId === undefined ? {} : { externalId: row.externalId }),
    ...(rbacGroupNames.length === 0 ? {} : { rbacGroupNames }),
  };
}

/** Cuts rows into what Defender takes in one call. */
export function toBatches<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / indicatorBatchSize) }, (_, i) =>
    rows.slice(i * indicatorBatchSize, (i + 1) * indicatorBatchSize),
  );
}
