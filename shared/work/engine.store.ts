import type { Clock } from '../clock.ts';
import type { OperationKind } from '../contract/operation.ts';
import type { Log } from '../log.ts';
import type { Tables } from '../tables.client.ts';
import { createAccept } from './requests/accept.store.ts';
import type { CallbackCarry, Carry, Gate } from './carry.ts';
import { createCarryOn } from './carrying/carry.work.ts';
import { createClaims } from './carrying/claims.store.ts';
import { createControl } from './requests/control.store.ts';
import { createCarryItem, createExpire } from './carrying/carry-item.work.ts';
import { createDeadLetters } from './stores/dead-letters.store.ts';
import { createDeliver, createDeliverAtOnce } from './carrying/deliver.work.ts';
import { createDrain } from './carrying/drain.work.ts';
import { createAddCallbacks, createEventsOf } from './events.store.ts';
import type { CallbacksOf } from './events.store.ts';
import { createItems } from './stores/items.store.ts';
import { createNames } from './stores/names.store.ts';
import { createOldestDue } from './stores/oldest-due.store.ts';
import { createOperations } from './stores/operations.store.ts';
import { createPerform } from './carrying/perform.work.ts';
import { createPartitions } from './stores/partitions.store.ts';
import { createReady } from './stores/ready.store.ts';
import { createRecall } from './requests/recall.store.ts';
import { createRedrive } from './requests/redrive.store.ts';
import { createSweep } from './stores/sweep.store.ts';
import type { SweepBeside } from './stores/sweep.store.ts';

export interface WorkOptions {
  readonly tables: Tables;
  readonly now: Clock;
  /** Unique among all instances: a UUID. */
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Waits; a drain's way to try a fresh callback once more after 5 s. */
  readonly wait: (ms: number) => Promise<void>;
  /** How a kind is carried. Asked at every step, so carries may be made after the engine that they accept into. */
  readonly carryOf: (kind: OperationKind) => Carry;
  readonly carryCallback: CallbackCarry;
  readonly callbacksOf: CallbacksOf;
  /** Whether a tenant's Defender may be called. Asked often: answer from a cache. `open` while a tenant is being removed. */
  readonly gate: (tenantId: string) => Promise<Gate>;
  readonly sweepBeside?: SweepBeside;
  /** For tests and measurements. */
  readonly leaseMs?: number;
  readonly maxBacklog?: number;
}

export type Engine = ReturnType<typeof createEngine>;

/** Puts the engine's parts together; each takes only what it uses. */
export function createEngine(options: WorkOptions) {
  const { now } = options;
  const table = options.tables('work');
  const ready = createReady({ table: options.tables('ready'), now });
  const engine = {
    ...options,
    table,
    ready,
    leaseMs: options.leaseMs ?? 90_000,
    maxBacklog: options.maxBacklog ?? 10_000,
  };
  const items = createItems(engine);
  const eventsOf = createEventsOf(engine);
  const claims = createClaims({ ...engine, eventsOf });
  const control = createControl({ ...engine, eventsOf });
  const carryOn = createCarryOn({ ...engine, claims });
  const deliver = createDeliver(engine);
  const carryItem = createCarryItem({ ...engine, claims, carryOn, deliver });
  const partitions = createPartitions({ ready: options.tables('ready'), now });
  const names = createNames(engine);
  const accept = createAccept({ ...engine, partitions, names });
  const recall = createRecall(table);
  const addCallbacks = createAddCallbacks({ ...engine, partitions });
  const deadLetters = createDeadLetters(engine);
  const redrive = createRedrive({ ...engine, names });
  const sweep = createSweep({ ...engine, items, partitions, names });
  const perform = createPerform({ ...engine, claims, carryOn, deliver });
  const expire = createExpire({ claims, deliver, now });
  const drain = createDrain({ ...engine, items, carryItem, expire });
  const operations = createOperations(table);
  const oldestDue = createOldestDue({ ...engine, items });
  return {
    accept,
    recall,
    perform,
    deliverAtOnce: createDeliverAtOnce({ ...engine, deliver }),
    drain,
    operations,
    control,
    claims,
    oldestDue,
    addCallbacks,
    deadLetters,
    redrive,
    names,
    sweep,
    ready,
  };
}
