import { z } from 'zod';
import { isRefused, UpstreamUnavailable } from '../errors.ts';
import type { Defender } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { defenderIndicatorSchema, importAnswerSchema, matchResults } from './indicator-rows.ts';
import type { DefenderIndicator, DefenderIndicatorSubmission, ImportResult } from './indicator-rows.ts';
import { toFilterOption } from './odata.ts';

/** Defender takes this many rows or ids in one call. */
export const indicatorBatchSize = 500;

/** A tenant's indicators in Defender. Everything throws what `Defender.request` throws. */
export interface DefenderIndicators {
  /** Every active indicator of the tenant, others' included; `filter` is an OData filter. Complete, or it throws. */
  readonly listIndicators: (
    tenant: DefenderTenant,
    options?: { readonly filter?: string },
  ) => Promise<readonly DefenderIndicator[]>;
  /**
   * Adds or updates up to 500 rows: one result for each, in their order. A call that is refused as a whole is halved until the
   * rows that cause it stand alone; what the budget does not reach is `postponed`. Throws only when no row was settled.
   */
  readonly importIndicators: (
    tenant: DefenderTenant,
    rows: readonly DefenderIndicatorSubmission[],
  ) => Promise<readonly ImportResult[]>;
  /** Resolves once none of these (up to 500) ids is in the tenant; an id that was not there counts as gone. */
  readonly deleteIndicators: (tenant: DefenderTenant, ids: readonly string[]) => Promise<void>;
}

const role = 'Ti.ReadWrite.All';

/** How often ids may vanish by other hands while we look which are still there. */
const deleteRounds = 3;

/** The calls of Defender's indicator API. */
export function createDefenderIndicators(defender: Defender): DefenderIndicators {
  return {
    listIndicators: (tenant, { filter } = {}) => list(defender, tenant, filter),
    importIndicators: (tenant, rows) => importRows(defender, tenant, rows),
    deleteIndicators: (tenant, ids) => deleteIds(defender, tenant, ids),
  };
}

async function list(
  defender: Defender,
  tenant: DefenderTenant,
  filter?: string,
): Promise<readonly DefenderIndicator[]> {
  // https://learn.microsoft.com/defender-endpoint/api/get-ti-indicators-collection
  const rows = await defender.list({
    tenant,
    api: 'indicators',
    role,
    method: 'GET',
    path: filter === undefined ? '/api/indicators' : `/api/indicators?${toFilterOption(filter)}`,
    schema: defenderIndicatorSchema,
  });
  // A row added while pages are read moves others onto the next page, where they come again.
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function importRows(
  defender: Defender,
  tenant: DefenderTenant,
  rows: readonly DefenderIndicatorSubmission[],
): Promise<readonly ImportResult[]> {
  checkBatch(rows);
  if (rows.length === 0) return [];
  try {
    return await importBatch(defender, tenant, rows);
  } catch (error) {
    if (!isRefused(error, 400)) throw error;
    if (rows.length === 1) return [{ kind: 'failed', failureReason: error.defenderCode ?? '400' }];
  }
  const half = Math.ceil(rows.length / 2);
  const first = await importRows(defender, tenant, rows.slice(0, half));
  const rest = rows.slice(half);
  try {
    return [...first, ...(await importRows(defender, tenant, rest))];
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    const { retryAfterMs } = error;
    return [...first, ...rest.map((): ImportResult => ({ kind: 'postponed', retryAfterMs }))];
  }
}

async function importBatch(
  defender: Defender,
  tenant: DefenderTenant,
  rows: readonly DefenderIndicatorSubmission[],
): Promise<readonly ImportResult[]> {
  // https://learn.microsoft.com/defender-endpoint/api/import-ti-indicators: the same rows again are an update to the same.
  const { value, upstream } = await defender.request({
    tenant,
    api: 'indicatorsImport',
    role,
    method: 'POST',
    path: '/api/indicators/import',
    body: { Indicators: rows },
    isRepeatable: true,
    schema: importAnswerSchema(rows.length),
  });
  const results = matchResults(rows, value.value);
  if (results !== undefined) return results;
  throw new UpstreamUnavailable('The import was answered with results for other rows.', {
    retryAfterMs: 60_000,
    upstream,
  });
}

async function deleteIds(defender: Defender, tenant: DefenderTenant, ids: readonly string[]): Promise<void> {
  checkBatch(ids);
  let left = [...new Set(ids)];
  for (let round = 1; left.length > 0; round += 1) {
    if (await deleteBatch(defender, tenant, left)) return;
    if (left.length === 1) return;
    if (round === deleteRounds) {
      throw new UpstreamUnavailable('Indicators vanish while we delete them.', { retryAfterMs: 60_000 });
    }
    const present = new Set((await list(defender, tenant)).map(({ id }) => id));
    left = left.filter((id) => present.has(id));
  }
}

/** False: at least one id was not there. Whether the others are gone is then not documented. */
async function deleteBatch(defender: Defender, tenant: DefenderTenant, ids: readonly string[]): Promise<boolean> {
  try {
    // https://learn.microsoft.com/defender-endpoint/api/batch-delete-ti-indicators
    await defender.request({
      tenant,
      api: 'indicatorsBatchDelete',
      role,
      method: 'POST',
      path: '/api/indicators/BatchDelete',
      body: { IndicatorIds: ids },
      isRepeatable: true,
      schema: z.unknown(),
    });
    return true;
  } catch (error) {
    if (isRefused(error, 404)) return false;
    throw error;
  }
}

function checkBatch(batch: readonly unknown[]): void {
  if (batch.length > indicatorBatchSize)
    throw new RangeError(`${batch.length} at once: Defender takes ${indicatorBatchSize}.`);
}
