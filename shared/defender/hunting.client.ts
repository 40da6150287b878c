import { z } from 'zod';
import type { Defender, DefenderCall } from './call.ts';
import type { DefenderTenant } from './hosts.ts';

/** One row of a query's result: column to value. */
export type HuntingRow = Readonly<Record<string, unknown>>;

/** A result with its columns, names and types as Microsoft gives them. */
export interface HuntingResult {
  readonly schema: readonly { readonly name: string; readonly type: string }[];
  readonly results: readonly HuntingRow[];
}

/** A query, and how far back it looks: an ISO 8601 duration; everything that is kept (30 days) when absent. */
export interface HuntingQuestion {
  readonly query: string;
  readonly timespan?: string | undefined;
}

/** Advanced hunting in a tenant. Throws what `Defender.request` throws. */
export interface Hunting {
  /** At most 100,000 rows of the last 30 days; `signal` gives the query up. */
  readonly runQuery: (tenant: DefenderTenant, query: string, signal?: AbortSignal) => Promise<readonly HuntingRow[]>;
  /** The same with the columns. A query that Microsoft does not understand, or whose result is too large, is a refusal with status 400. */
  readonly ask: (tenant: DefenderTenant, question: HuntingQuestion) => Promise<HuntingResult>;
}

/** Microsoft ends a query by itself after so long. */
const timeoutMs = 3 * 60_000;

const resultsSchema = z.object({ results: z.array(z.record(z.string(), z.unknown())) });

const name = z.string();

/** The page shows small letters; one of its samples has the older service's capitals. */
const columnSchema = z.union([
  z.object({ name, type: name }),
  z.object({ Name: name, Type: name }).transform(({ Name, Type }) => ({ name: Name, type: Type })),
]);

const answerSchema = resultsSchema.extend({ schema: z.array(columnSchema) });

/** Hunting through Graph, which Microsoft names as the successor of Defender's own API. */
export function createHunting(defender: Defender): Hunting {
  return {
    runQuery: async (tenant, query, signal) => {
      const call = { ...toCall(tenant, { query }), schema: resultsSchema };
      return (await defender.request({ ...call, ...(signal === undefined ? {} : { signal }) })).value.results;
    },
    ask: async (tenant, question) => {
      const { schema, results } = (await defender.request({ ...toCall(tenant, question), schema: answerSchema })).value;
      return { schema, results: results.map(withoutAnnotations) };
    },
  };
}

/** Graph tells the types of rows and values beside them; the columns are those of `schema`. */
function withoutAnnotations(row: HuntingRow): HuntingRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.includes('@odata.')));
}

// https://learn.microsoft.com/graph/api/security-security-runhuntingquery
function toCall(
  tenant: DefenderTenant,
  { query, timespan }: HuntingQuestion,
): Omit<DefenderCall<unknown>, 'schema' | 'signal'> {
  return {
    ...{ tenant, service: 'graph', api: 'hunting', role: 'ThreatHunting.Read.All', isRepeatable: true, timeoutMs },
    ...{ method: 'POST', path: '/v1.0/security/runHuntingQuery' },
    body: { Query: query, ...(timespan === undefined ? {} : { Timespan: inDays(timespan) }) },
  };
}

/** Microsoft's parsers of durations know no weeks. */
function inDays(timespan: string): string {
  return timespan.replace(/^P(\d+)W(?:(\d+)D)?/, (_, weeks, days = 0) => `P${Number(weeks) * 7 + Number(days)}D`);
}
