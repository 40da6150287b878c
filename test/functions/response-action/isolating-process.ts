// An instance of the app as far as the count of isolations goes: a process of its own. It is told the time and which operations
// are to be sent, and answers which of them may be.
import { createIsolations } from '../../../functions/response-action/guard/isolations.store.ts';
import { openTables } from '../../../shared/tables.client.ts';

/** Where the instance keeps its state. */
export interface InstanceOptions {
  readonly connectionString: string;
  readonly tenantId: string;
}

/** One order: the time for the whole round, what is to be sent in it, and how many a tenant takes in an hour. */
export interface Round {
  readonly nowMs: number;
  readonly operationIds: readonly string[];
  readonly limit: number;
}

const { connectionString, tenantId } = JSON.parse(process.argv[2] ?? '') as InstanceOptions;
let nowMs = 0;
const isolations = createIsolations({
  table: openTables({ connectionString })('budgets'),
  now: () => nowMs,
  random: Math.random,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
});

process.on('message', (round: Round) => void run(round));
process.send?.('ready');

async function run(round: Round): Promise<void> {
  nowMs = round.nowMs;
  const taken = await Promise.all(
    round.operationIds.map(async (id) => ((await isolations.take(tenantId, id, round.limit)) ? [id] : [])),
  );
  process.send?.(taken.flat());
}
