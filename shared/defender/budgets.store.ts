import { RestError } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Clock, Sleep } from '../clock.ts';
import { UpstreamUnavailable } from '../errors.ts';
import { createTurns } from '../turns.ts';
import { defenderLimits } from './limits.ts';
import type { DefenderApi } from './limits.ts';
import { planTake, unusedBudget } from './budget-window.ts';
import type { Budget } from './budget-window.ts';

/** Granted: call now. Not granted: nothing was counted, ask again at `retryAtMs` (epoch ms). */
export type TakeResult = { readonly granted: true } | { readonly granted: false; readonly retryAtMs: number };

/** The budgets of all tenants, shared by all instances. Both throw `UpstreamUnavailable` when storage does not answer. */
export interface Budgets {
  /** Asks for `count` (1) calls of a row of the limits in a tenant. */
  readonly take: (tenantId: string, api: DefenderApi, count?: number) => Promise<TakeResult>;
  /** Microsoft said 429: no instance calls this row in this tenant before `untilMs` (epoch ms). */
  readonly block: (tenantId: string, api: DefenderApi, untilMs: number) => Promise<void>;
}

/** What the budgets need: table `budgets`, time, chance, waiting, and ids for telling our own writes from others'. */
export interface BudgetsOptions {
  readonly table: TableClient;
  readonly now: Clock;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly newId: () => string;
}

/** Tries to win the row against other instances. Within an instance calls take turns, so that it never races itself. */
const takeTries = 4;
const blockTries = 12;

/** Where the row was not won: how long to wait before asking again. */
const lostRetryMs = 250;

/** When storage may answer again. */
const storageRetryMs = 10_000;

/**
 * Budgets in a table: one row per tenant and API row, changed by compare-and-swap (ETag), so that all instances together
 * never exceed a limit. Every write carries a nonce: a write whose reply was lost is recognised when the row is read
 * again. Where another instance wrote in between it cannot be, and the call is counted twice: too careful, never too bold.
 */
export function createBudgets(options: BudgetsOptions): Budgets {
  const inTurn = createTurns();
  return {
    take: (tenantId, api, count = 1) =>
      inTurn(`${tenantId}|${api}`, async () => {
        const nowMs = options.now();
        let retryAtMs = nowMs + lostRetryMs + options.random() * lostRetryMs;
        const won = await change(options, { tenantId, api, tries: takeTries }, (budget) => {
          const plan = planTake(budget, defenderLimits[api], { nowMs: options.now(), count });
          if (plan.granted) return plan.budget;
          retryAtMs = plan.retryAtMs;
          return undefined;
        });
        return won ? { granted: true } : { granted: false, retryAtMs };
      }),
    block: (tenantId, api, untilMs) =>
      inTurn(`${tenantId}|${api}`, async () => {
        await change(options, { tenantId, api, tries: blockTries }, (budget) =>
          budget.blockedUntilMs >= untilMs ? undefined : { ...budget, blockedUntilMs: untilMs },
        );
      }),
  };
}

interface Target {
  readonly tenantId: string;
  readonly api: DefenderApi;
  readonly tries: number;
}

interface Row {
  readonly budget: Budget;
  readonly nonce: string | undefined;
  readonly etag: string | undefined;
}

/** Read, decide, write if nobody wrote since; true once our write is in the table, false when there is nothing to write or the row was never won. */
async function change(
  options: BudgetsOptions,
  target: Target,
  decide: (budget: Budget) => Budget | undefined,
): Promise<boolean> {
  const nonce = options.newId();
  for (let attempt = 1; attempt <= target.tries; attempt += 1) {
    const row = await read(options.table, target);
    if (row.nonce === nonce) return true;
    const next = decide(row.budget);
    if (next === undefined) return false;
    if (await write(options.table, target, { budget: next, nonce, etag: row.etag })) return true;
    await options.sleep(5 + options.random() * 45);
  }
  return (await read(options.table, target)).nonce === nonce;
}

const slotsSchema = z.array(z.tuple([z.number(), z.number()]));

const rowSchema = z.object({
  etag: z.string(),
  nonce: z.string(),
  minute: z.string().transform((text) => slotsSchema.parse(JSON.parse(text))),
  hour: z.string().transform((text) => slotsSchema.parse(JSON.parse(text))),
  blockedUntilMs: z.coerce.number(),
});

async function read(table: TableClient, { tenantId, api }: Target): Promise<Row> {
  try {
    const { etag, nonce, ...budget } = rowSchema.parse(await table.getEntity(tenantId, api));
    return { budget, nonce, etag };
  } catch (error) {
    if (isStatus(error, 404)) return { budget: unusedBudget, nonce: undefined, etag: undefined };
    if (!isUnanswered(error)) throw error;
    throw new UpstreamUnavailable('The budgets do not answer.', { retryAfterMs: storageRetryMs, cause: error });
  }
}

/** False when somebody else wrote first, or when it is unknown whether this write arrived: read again. */
async function write(
  table: TableClient,
  { tenantId, api }: Target,
  row: { budget: Budget; nonce: string; etag: string | undefined },
): Promise<boolean> {
  const entity = {
    partitionKey: tenantId,
    rowKey: api,
    schemaVersion: 1,
    nonce: row.nonce,
    minute: JSON.stringify(row.budget.minute),
    hour: JSON.stringify(row.budget.hour),
    blockedUntilMs: String(row.budget.blockedUntilMs), // what looks like a whole number is one of 32 bits to the table service
  };
  try {
    if (row.etag === undefined) await table.createEntity(entity);
    else await table.updateEntity(entity, 'Replace', { etag: row.etag });
    return true;
  } catch (error) {
    if (isStatus(error, 409, 412) || isUnanswered(error)) return false;
    throw error;
  }
}

function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof RestError && error.statusCode !== undefined && statuses.includes(error.statusCode);
}

/** No answer, or one that does not say whether the write was made. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof Error && error.name === 'AbortError') return true;
  return error instanceof RestError && (error.statusCode === undefined || error.statusCode >= 500);
}
