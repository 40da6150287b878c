import { z } from 'zod';
import type { Defender } from './call.ts';
import type { DefenderTenant } from './hosts.ts';

/** One row of a query's result: column to value. */
export type HuntingRow = Readonly<Record<string, unknown>>;

/** Advanced hunting in a tenant. Throws what `Defender.request` throws. */
export interface Hunting {
  /** At most 100,000 rows of the last 30 days; `signal` gives the query up. */
  readonly runQuery: (tenant: DefenderTenant, query: string, signal?: AbortSignal) => Promise<readonly HuntingRow[]>;
}

/** Microsoft ends a query by itself after so long. */
const timeoutMs = 3 * 60_000;

const resultsSchema = z.object({ results: z.array(z.record(z.string(), z.unknown())) });

/** Hunting through Graph, which Microsoft names as the successor of Defender's own API. */
export function createHunting(defender: Defender): Hunting {
  return {
    // https://learn.microsoft.com/graph/api/security-security-runhuntingquery
    runQuery: async (tenant, query, signal) => {
      const { value } = await defender.request({
        ...{ tenant, service: 'graph', api: 'hunting', role: 'ThreatHunting.Read.All' },
        ...{ method: 'POST', path: '/v1.0/security/runHuntingQuery', body: { Query: query } },
        ...{ isRepeatable: true, timeoutMs, schema: resultsSchema },
        ...(signal === undefined ? {} : { signal }),
      });
      return value.results;
    },
  };
}
