import { RestError, TableClient } from '@azure/data-tables';
import type { TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { ClockCheck } from './clock-check.ts';
import type { Clock } from './clock.ts';

/** Every table of the product. Bicep creates them: the app needs no right to create. */
export const tableNames = ['documents', 'work', 'ready', 'ledger', 'budgets', 'feeds'] as const;

/** One of the product's tables. */
export type TableName = (typeof tableNames)[number];

/** Gives the client of a table; one client per table for the life of the process. */
export type Tables = (name: TableName) => TableClient;

/** Where the state is: an endpoint with an identity (Azure), or a connection string (Azurite). */
export type TablesLocation =
  { readonly connectionString: string } | { readonly url: string; readonly credential: TokenCredential };

/** A storage call that takes longer is given up; it may have been applied all the same. In milliseconds. */
const callTimeoutMs = 10_000;

/** What hears the answers of storage, and by which clock. */
export interface TablesListener {
  readonly checkClock: ClockCheck;
  readonly now: Clock;
}

/**
 * Opens the tables. Every HTTP call is cut off after 10 s, transactions included, so that no call outlives the lease
 * of the work that made it.
 */
export function openTables(location: TablesLocation, listener?: TablesListener): Tables {
  const opened = new Map<TableName, TableClient>();
  return (name) => {
    const known = opened.get(name);
    if (known) return known;
    const client = openTable(location, name, listener);
    opened.set(name, client);
    return client;
  };
}

function openTable(location: TablesLocation, name: TableName, listener: TablesListener | undefined): TableClient {
  const options: TableServiceClientOptions = {
    retryOptions: { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 },
    additionalPolicies: [
      {
        position: 'perRetry',
        policy: {
          name: 'callTimeoutAndClock',
          sendRequest: async (request, next) => {
            request.timeout = callTimeoutMs;
            const askedAtMs = listener?.now() ?? 0;
            const response = await next(request).catch(throwRepeatable);
            listener?.checkClock(response.headers.get('date'), askedAtMs);
            return response;
          },
        },
      },
    ],
  };
  return 'connectionString' in location
    ? TableClient.fromConnectionString(location.connectionString, name, { ...options, allowInsecureConnection: true })
    : new TableClient(location.url, name, location.credential, options);
}

/** The SDK repeats what was reset, but not what was written to a connection that storage had just closed: the same thing, seen from elsewhere. */
function throwRepeatable(error: unknown): never {
  if (error instanceof RestError && error.code === 'EPIPE') error.code = 'ECONNRESET';
  throw error;
}
