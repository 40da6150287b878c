import type { MachineQuery } from '../../../shared/contract/machine.ts';
import type { DefenderMachineRecord } from '../../../shared/defender/machine-rows.ts';
import { entityPath } from '../../../shared/defender/entity-rows.ts';
import { toQueryOption } from '../../../shared/defender/odata.ts';
import type { Page, PageQuery } from '../../../shared/http/list-page.ts';
import { groupByMachine } from '../../../shared/machines/machine-record.ts';
import { toAddressQuery, toNameQuery } from '../../../shared/machines/plan-machine-lookup.ts';
import type { MachineQuery as Question } from '../../../shared/machines/plan-machine-lookup.ts';
import { selectorFits } from '../../../shared/machines/selector-fits.ts';
import { toTicks } from '../../../shared/ticks.ts';

/** What a list of machines is narrowed by; all that are given hold. An address is an internal one, held within 15 minutes of now. */
export type MachineFilters = { readonly [Name in keyof MachineQuery]?: MachineQuery[Name] | undefined };

/** What Defender gave for one filter; `All` when there is none. */
export interface FilterAnswer {
  readonly filter: keyof MachineFilters | 'All';
  readonly records: readonly DefenderMachineRecord[];
}

/** What to ask Defender, one question for each filter. `time`: now, RFC 3339 in UTC. */
export function planMachineList(
  { computerDnsName, ipAddress, machineTag, user }: MachineFilters,
  time: string,
): readonly { readonly filter: FilterAnswer['filter']; readonly query: Question }[] {
  const asked = [
    ...(computerDnsName === undefined
      ? []
      : [{ filter: 'computerDnsName', query: toNameQuery(computerDnsName) } as const]),
    ...(ipAddress === undefined ? [] : [{ filter: 'ipAddress', query: toAddressQuery(ipAddress, time) } as const]),
    ...(machineTag === undefined ? [] : [{ filter: 'machineTag', query: toTagQuery(machineTag) } as const]),
    ...(user === undefined ? [] : [{ filter: 'user', query: toUserQuery(user) } as const]),
  ];
  return asked.length > 0 ? asked : [{ filter: 'All', query: { kind: 'Records', path: '/api/machines' } }];
}

/**
 * The machines that every filter holds for, by their own record or one that was merged into it, newest `lastSeen` first.
 * `successors`: the records that others were merged into and that no answer held.
 */
export function machinesThatFit(
  filters: MachineFilters,
  answers: readonly FilterAnswer[],
  successors: readonly DefenderMachineRecord[],
): readonly DefenderMachineRecord[] {
  const given = answers.map(({ filter, records }) => {
    const fits = fitOf(filter, filters, records);
    return new Set(records.filter(fits).map(({ id }) => id));
  });
  return groupByMachine([...answers.flatMap(({ records }) => records), ...successors])
    .filter(({ records }) => given.every((ids) => records.some(({ id }) => ids.has(id))))
    .map(({ machine }) => machine)
    .toSorted(newestFirst);
}

/** A page of machines in that order; the cursor names the last one shown. `undefined`: no cursor of ours. */
export function machinePageOf(
  machines: readonly DefenderMachineRecord[],
  { limit, after }: PageQuery,
): Page<DefenderMachineRecord> | undefined {
  const [, ticks, id] = /^(-?\d{1,20})\|(.{1,200})$/.exec(after ?? '') ?? [];
  if (after !== undefined && (ticks === undefined || id === undefined)) return undefined;
  const last = { ticks: BigInt(ticks ?? 0), id: id ?? '' };
  const rest = after === undefined ? machines : machines.filter((machine) => compare(last, toKey(machine)) < 0);
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  if (end === undefined || rest.length <= limit) return { items };
  const key = toKey(end);
  return { items, next: `${key.ticks}|${key.id}` };
}

function fitOf(
  filter: FilterAnswer['filter'],
  { computerDnsName = '', ipAddress = '' }: MachineFilters,
  records: readonly DefenderMachineRecord[],
): (record: DefenderMachineRecord) => boolean {
  if (filter === 'computerDnsName') return (record) => selectorFits.computerDnsName(record, computerDnsName, []);
  if (filter !== 'ipAddress') return () => true;
  const holders = records.map(({ id }) => id);
  return (record) => selectorFits.ipAddress(record, ipAddress, holders);
}

// https://learn.microsoft.com/defender-endpoint/api/find-machines-by-tag
function toTagQuery(tag: string): Question {
  return { kind: 'Records', path: `/api/machines/findbytag?${toQueryOption('tag', tag)}&useStartsWithFilter=false` };
}

// https://learn.microsoft.com/defender-endpoint/api/get-user-related-machines
function toUserQuery(user: string): Question {
  return { kind: 'Records', path: `${entityPath({ kind: 'users', name: user })}/machines`, api: 'entities' };
}

interface Key {
  readonly ticks: bigint;
  readonly id: string;
}

function toKey({ id, lastSeen }: DefenderMachineRecord): Key {
  return { ticks: toTicks(lastSeen ?? '') ?? -1n, id };
}

function newestFirst(a: DefenderMachineRecord, b: DefenderMachineRecord): number {
  return compare(toKey(a), toKey(b));
}

/** Below zero when `a` comes first. */
function compare(a: Key, b: Key): number {
  if (a.ticks !== b.ticks) return a.ticks > b.ticks ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}
