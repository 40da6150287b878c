import ipaddr from 'ipaddr.js';
import { defenderError } from '../errors.ts';
import { toMachinesReply } from './answers.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { AddressPeriod, MachineResource } from './resource.ts';
import type { MachineStore } from './store.ts';

const minuteMs = 60_000;
const reachMs = 30 * 24 * 60 * minuteMs;

/** Machines seen with that internal address within 15 minutes of the time. */
export function findByIp(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const found = findByAddress(call, store, { addressName: 'ip', withinMinutes: 15 });
  return 'code' in found ? found : toMachinesReply(call, found);
}

/** The same within 16 minutes; nothing found is a 404. */
export function findByTimeAndKey(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const found = findByAddress(call, store, { addressName: 'key', withinMinutes: 16 });
  if ('code' in found) return found;
  return found.length > 0 ? toMachinesReply(call, found) : defenderError('NotFound', 'No machines were found');
}

export function findByTag(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const { query } = call.exchange;
  const tag = query.get('tag');
  if (tag === null || tag === '') return defenderError('MissingRequiredParameter', 'Parameter tag is missing');
  const isPrefix = query.get('useStartsWithFilter')?.toLowerCase() === 'true';
  const machines = store.list().map(({ machine }) => machine);
  const fits = (each: string): boolean => (isPrefix ? each.startsWith(tag) : each === tag);
  return toMachinesReply(
    call,
    machines.filter(({ machineTags }) => machineTags.some(fits)),
  );
}

function findByAddress(
  call: DefenderCall,
  store: MachineStore,
  { addressName, withinMinutes }: { readonly addressName: string; readonly withinMinutes: number },
): readonly MachineResource[] | DefenderError {
  const given = toArguments(call.parameters['arguments'] ?? '');
  const missing = [addressName, 'timestamp'].find((name) => given.get(name) === undefined);
  if (missing !== undefined) return defenderError('MissingRequiredParameter', `Parameter ${missing} is missing`);
  const address = given.get(addressName) ?? '';
  const atMs = Date.parse(given.get('timestamp') ?? '');
  if (!ipaddr.isValid(address)) return defenderError('InvalidIpAddress', `IP address ${address} is invalid`);
  if (Number.isNaN(atMs)) return defenderError('InvalidInput', 'Invalid input timestamp');
  if (atMs < call.nowMs - reachMs) return defenderError('InvalidInput', 'Invalid input timestamp: older than 30 days');
  const withinMs = withinMinutes * minuteMs;
  const wasSeen = ({ ipAddress, from, to }: AddressPeriod): boolean =>
    isSameAddress(ipAddress, address) &&
    Date.parse(from) <= atMs + withinMs &&
    (to === null || Date.parse(to) >= atMs - withinMs);
  const records = store.list().filter(({ addressPeriods }) => addressPeriods.some(wasSeen));
  return records.map(({ machine }) => machine);
}

/** `ip='10.0.0.5',timestamp=2026-11-20T10:00:00Z`, in any order; names in any case. */
function toArguments(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/(\w+)\s*=\s*(?:'([^']*)'|([^',\s]+))/g)];
  return new Map(pairs.map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));
}

/** An IPv6 address has many spellings. */
function isSameAddress(left: string, right: string): boolean {
  return ipaddr.isValid(left) && ipaddr.process(left).toString() === ipaddr.process(right).toString();
}
