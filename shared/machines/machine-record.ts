/** What telling machines apart needs of Defender's records; whatever else a record holds goes through unread. */
export interface MachineRecord {
  readonly id: string;
  readonly computerDnsName?: string | undefined;
  readonly aadDeviceId?: string | undefined;
  readonly firstSeen?: string | undefined;
  readonly lastSeen?: string | undefined;
  readonly healthStatus?: string | undefined;
  readonly onboardingStatus?: string | undefined;
  /** Only hides the record from the customer's vulnerability views: it is a machine like any other. */
  readonly isExcluded?: boolean | undefined;
  /** The record that this one was merged into; not documented, seen live. */
  readonly mergedIntoMachineId?: string | undefined;
  readonly lastExternalIpAddress?: string | undefined;
  readonly ipAddresses?: readonly MachineAdapter[] | undefined;
}

/** One address of a machine's, as last reported. */
export interface MachineAdapter {
  readonly ipAddress?: string | undefined;
  readonly macAddress?: string | undefined;
}

/** A machine: the record that stands for it, and those that were merged into it. */
export interface MachineGroup<Record extends MachineRecord> {
  readonly machine: Record;
  readonly records: readonly Record[];
}

/**
 * Records by the machine they stand for (contract §3). A record whose successor is not among them, or that was merged in a
 * ring, stands for nothing we know and is left out: ask `missingSuccessors` before.
 */
export function groupByMachine<Record extends MachineRecord>(
  records: readonly Record[],
): readonly MachineGroup<Record>[] {
  const byId = indexById(records);
  const groups = new Map<string, Record[]>();
  for (const record of byId.values()) {
    const machine = followMerges(record, byId).end;
    if (machine !== undefined) groups.set(idOf(machine), [...(groups.get(idOf(machine)) ?? []), record]);
  }
  return [...groups].flatMap(([id, merged]) => {
    const machine = byId.get(id);
    return machine === undefined ? [] : [{ machine, records: merged }];
  });
}

/** Ids of the records that others were merged into and that are still to be read, at most one for each chain. */
export function missingSuccessors(records: readonly MachineRecord[]): readonly string[] {
  const byId = indexById(records);
  const missing = [...byId.values()].map((record) => followMerges(record, byId).missing);
  return [...new Set(missing.filter((id) => id !== undefined))];
}

/** The successor that a record names, in lower case; `undefined` when it stands for itself. */
export function successorOf({ mergedIntoMachineId }: MachineRecord): string | undefined {
  return mergedIntoMachineId === undefined || mergedIntoMachineId === ''
    ? undefined
    : mergedIntoMachineId.toLowerCase();
}

interface MergeEnd<Record> {
  readonly end?: Record;
  readonly missing?: string;
}

function followMerges<Record extends MachineRecord>(
  start: Record,
  byId: ReadonlyMap<string, Record>,
): MergeEnd<Record> {
  const passed = new Set<string>();
  let current = start;
  while (!passed.has(idOf(current))) {
    passed.add(idOf(current));
    const successor = successorOf(current);
    if (successor === undefined) return { end: current };
    const next = byId.get(successor);
    if (next === undefined) return { missing: successor };
    current = next;
  }
  return {};
}

/** The same record may come from several queries: one that tells of its adapters tells more. */
function indexById<Record extends MachineRecord>(records: readonly Record[]): ReadonlyMap<string, Record> {
  const byId = new Map<string, Record>();
  for (const record of records) {
    const known = byId.get(idOf(record));
    if (known === undefined || known.ipAddresses === undefined) byId.set(idOf(record), record);
  }
  return byId;
}

function idOf({ id }: MachineRecord): string {
  return id.toLowerCase();
}
