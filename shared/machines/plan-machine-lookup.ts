import type { MachineSelector } from '../contract/machine-selector.ts';
import type { DefenderApi } from '../defender/limits.ts';
import { machinePath } from '../defender/machine-rows.ts';
import { quoteText, toFilterOption } from '../defender/odata.ts';

/**
 * One question to Defender about machines. `Record` gives one or 404; `Records` gives a list (404 when the tenant has no
 * machine at all); `AddressHolders` gives a list too, of those that had the selector's address within 15 minutes of the time.
 */
export interface MachineQuery {
  readonly kind: 'Record' | 'Records' | 'AddressHolders';
  /** Path and query, quoted. */
  readonly path: string;
  /** What to ask when Defender refuses `path` with 400: the same in another spelling. */
  readonly otherwisePath?: string;
  /** What to ask when `path` finds nothing: the same in another spelling. */
  readonly nonePath?: string;
  /** The row of the limits that it counts in, unless that of machines. */
  readonly api?: DefenderApi;
}

/**
 * What to ask Defender so that `resolveMachine` can tell: at most two questions. What they give is a superset, never the
 * answer: a name without a dot is asked for by its beginning (`dc1` gives `dc10` too).
 * @param time The time in question, RFC 3339 in UTC, as it was written. Defender tells of addresses for 30 days.
 */
export function planMachineLookup(selector: MachineSelector, time: string): readonly MachineQuery[] {
  const { id, aadDeviceId, computerDnsName, ipAddress } = selector;
  const holders = ipAddress === undefined ? [] : [toAddressQuery(ipAddress, time)];
  if (id !== undefined) return [{ kind: 'Record', path: machinePath(id) }, ...holders];
  // Whoever is meant held the address, so the list of those holds every field that is needed.
  if (holders.length > 0) return holders;
  if (aadDeviceId !== undefined) return [toDeviceQuery(aadDeviceId)];
  if (computerDnsName !== undefined) return [toNameQuery(computerDnsName)];
  return [];
}

/** Those that may be called so: a superset when the name has no dot. */
export function toNameQuery(computerDnsName: string): MachineQuery {
  const name = computerDnsName.replace(/\.$/, '');
  const toFilter = computerDnsName.includes('.') ? toWholeNameFilter : toLabelFilter;
  return { ...toListQuery(toFilter(name.toLowerCase())), nonePath: toListQuery(toFilter(withCapitals(name))).path };
}

/** The record that others were merged into, for `missingSuccessors`. */
export function toRecordQuery(id: string): MachineQuery {
  return { kind: 'Record', path: machinePath(id) };
}

/** Those that had an internal address within 15 minutes of a time: https://learn.microsoft.com/defender-endpoint/api/find-machines-by-ip */
export function toAddressQuery(ipAddress: string, time: string): MachineQuery {
  const address = encodeURIComponent(quoteText(ipAddress)).replaceAll('%3A', ':');
  return { kind: 'AddressHolders', path: `/api/machines/findbyip(ip=${address},timestamp=${time})` };
}

/** Microsoft shows no GUID in a filter: OData wants it bare where the property is one, in quotes where it is text. */
function toDeviceQuery(aadDeviceId: string): MachineQuery {
  const { path: otherwisePath } = toListQuery(`aadDeviceId eq ${aadDeviceId}`);
  return { ...toListQuery(`aadDeviceId eq ${quoteText(aadDeviceId)}`), otherwisePath };
}

function toWholeNameFilter(name: string): string {
  return `computerDnsName eq ${quoteText(name)}`;
}

function toLabelFilter(name: string): string {
  return `startswith(computerDnsName,${quoteText(name)})`;
}

/** Microsoft shows names in lower case, and does not say that its filters take any: as it was given, or as Windows writes it. */
function withCapitals(name: string): string {
  return name === name.toLowerCase() ? name.replace(/^[^.]+/, (label) => label.toUpperCase()) : name;
}

// https://learn.microsoft.com/defender-endpoint/api/get-machines
function toListQuery(filter: string): MachineQuery {
  return { kind: 'Records', path: `/api/machines?${toFilterOption(filter)}` };
}
