import { randomUUID } from 'node:crypto';
import { endAt, planCourse, statusAt } from './course.ts';
import { plannedCancellation } from './record.ts';
import { createOutcomeScript } from './script.ts';
import { createSettingsStore } from './settings-store.ts';
import type { MachineResource } from '../machines/resource.ts';
import type { ActionOrder, ActionOutcome, ActionRecord, Cancellation, Requestor } from './record.ts';
import type { FinalStatus } from './resource.ts';
import type { OutcomeScript } from './script.ts';
import type { ActionSettings } from './settings.ts';
import type { SettingsStore } from './settings-store.ts';

export interface NewAction extends Requestor {
  readonly order: ActionOrder;
  readonly machine: Pick<MachineResource, 'id' | 'computerDnsName'>;
  readonly nowMs: number;
  /** How it ends; by the script when absent. */
  readonly outcome?: ActionOutcome;
}

/** The machine actions of one tenant. */
export interface MachineActionStore {
  readonly script: OutcomeScript;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Newest first. */
  list(): readonly ActionRecord[];
  get(id: string): ActionRecord | undefined;
  add(action: NewAction): ActionRecord;
  /** Takes effect after the machine's `cancelMs`; the first one holds. */
  cancel(id: string, cancellation: Cancellation): ActionRecord;
  end(id: string, status: FinalStatus, nowMs: number): ActionRecord;
  /** Changes the settings of one machine, or of all; what still waits for its agent goes by them from now on. */
  configure(changes: Partial<ActionSettings>, nowMs: number, machineId?: string): void;
  /** Machines whose offboarding has succeeded since this was last asked. */
  takeOffboarded(nowMs: number): readonly string[];
  clear(): void;
}

export type MachineActionStoreOf = (tenantId: string) => MachineActionStore;

/** One store per tenant. */
export function createMachineActionStores(): MachineActionStoreOf {
  const stores = new Map<string, MachineActionStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createMachineActionStore();
    stores.set(key, store);
    return store;
  };
}

interface State {
  readonly records: Map<string, ActionRecord>;
  readonly settings: SettingsStore;
  readonly script: OutcomeScript;
  /** Ids of those whose effect on the machine is still to come. */
  readonly offboardings: Set<string>;
}

function createMachineActionStore(): MachineActionStore {
  const state: State = {
    ...{ records: new Map(), settings: createSettingsStore() },
    ...{ script: createOutcomeScript(), offboardings: new Set() },
  };
  const { records, settings, script, offboardings } = state;
  return {
    script,
    settings,
    // The latest of those with the same time first: Map keeps the order of arrival.
    list: () => [...records.values()].reverse().toSorted((a, b) => b.createdMs - a.createdMs),
    get: (id) => records.get(id.toLowerCase()),
    add: (action) => add(state, action),
    cancel: (id, cancellation) => cancel(state, id, cancellation),
    end: (id, status, nowMs) => end(state, id, { status, nowMs }),
    configure: (changes, nowMs, machineId) => configure(state, { changes, machineId }, nowMs),
    takeOffboarded: (nowMs) => {
      const ended = [...offboardings].map((id) => existing(state, id)).filter(({ course }) => course.endsMs <= nowMs);
      for (const { id } of ended) offboardings.delete(id);
      return ended.filter(({ course }) => course.end === 'Succeeded').map(({ machineId }) => machineId);
    },
    clear: () => {
      for (const each of [records, offboardings, script, settings]) each.clear();
    },
  };
}

function add({ records, settings, script, offboardings }: State, action: NewAction): ActionRecord {
  const { order, machine, nowMs, requestor, requestSource } = action;
  const { id: machineId, computerDnsName } = machine;
  const outcome = action.outcome ?? script.take({ machineId, type: order.type });
  const facts = { ...order, id: randomUUID(), machineId, computerDnsName, requestor, requestSource };
  const times = { createdMs: nowMs, waitsFromMs: nowMs };
  const course = planCourse({ ...times, type: order.type, status: outcome.status, ...settings.get(machineId) });
  const cancellation = plannedCancellation(outcome, course);
  const record: ActionRecord = { ...facts, ...times, outcome, course, cancellation };
  records.set(record.id, record);
  if (order.type === 'Offboard') offboardings.add(record.id);
  return record;
}

function cancel({ records, settings }: State, id: string, cancellation: Cancellation): ActionRecord {
  const record = existing({ records }, id);
  if (record.cancellation && record.cancellation.atMs <= cancellation.atMs) return record;
  const atMs = cancellation.atMs + settings.get(record.machineId).cancelMs;
  const cancelled = { ...record, cancellation, course: endAt(record.course, atMs, 'Cancelled') };
  records.set(id, cancelled);
  return cancelled;
}

function end(
  { records }: State,
  id: string,
  { status, nowMs }: { readonly status: FinalStatus; readonly nowMs: number },
): ActionRecord {
  const record = existing({ records }, id);
  const startsMs = Math.min(record.course.startsMs, nowMs);
  const course = endAt({ ...record.course, startsMs }, nowMs, status);
  const cancellation = record.cancellation && record.cancellation.atMs <= nowMs ? record.cancellation : null;
  const ended = { ...record, course, cancellation, outcome: { ...record.outcome, status } };
  records.set(id, ended);
  return ended;
}

function configure(
  { records, settings }: State,
  { changes, machineId }: { readonly changes: Partial<ActionSettings>; readonly machineId: string | undefined },
  nowMs: number,
): void {
  const waiting = [...records.values()].filter(
    ({ course, cancellation }) =>
      statusAt(course, nowMs) === 'Pending' && !(cancellation && cancellation.atMs <= nowMs),
  );
  const wereOffline = new Set(waiting.filter((each) => settings.get(each.machineId).isOffline));
  settings.change(changes, machineId);
  for (const record of waiting) {
    const now = settings.get(record.machineId);
    const waitsFromMs = wereOffline.has(record) && !now.isOffline ? nowMs : record.waitsFromMs;
    const times = { createdMs: record.createdMs, waitsFromMs };
    const course = planCourse({ ...times, type: record.type, status: record.outcome.status, ...now });
    const cancellation = plannedCancellation(record.outcome, course);
    records.set(record.id, { ...record, waitsFromMs, course, cancellation });
  }
}

function existing({ records }: Pick<State, 'records'>, id: string): ActionRecord {
  const record = records.get(id);
  if (!record) throw new RangeError(`There is no machine action ${id}.`);
  return record;
}
