import ipaddr from 'ipaddr.js';
import type { MachineSelector } from '../contract/machine-selector.ts';
import type { MachineRecord } from './machine-record.ts';

/** Everything that is known of who held an address at the time in question: the ids that Defender's `findbyip` gave. */
export type AddressHolders = readonly string[];

/** Whether one field of a selector fits a record, exactly (contract §3). */
export const selectorFits: {
  readonly [Field in keyof Required<MachineSelector>]: (
    record: MachineRecord,
    given: string,
    holders: AddressHolders,
  ) => boolean;
} = {
  id: ({ id }, given) => id.toLowerCase() === given.toLowerCase(),
  aadDeviceId: ({ aadDeviceId }, given) =>
    given !== noDevice && aadDeviceId !== undefined && aadDeviceId.toLowerCase() === given.toLowerCase(),
  computerDnsName: ({ computerDnsName }, given) => computerDnsName !== undefined && isNamed(computerDnsName, given),
  ipAddress: (record, given, holders) =>
    holders.some((id) => id.toLowerCase() === record.id.toLowerCase()) && !isOnlyExternal(record, given),
  macAddress: ({ ipAddresses = [] }, given) =>
    ipAddresses.some(({ macAddress }) => macAddress !== undefined && toMac(macAddress) === toMac(given)),
};

/** A machine that Entra does not know may carry it. */
const noDevice = '00000000-0000-0000-0000-000000000000';

/** The full name, or, given without a dot, its first label. */
function isNamed(computerDnsName: string, given: string): boolean {
  const [name, asked] = [toName(computerDnsName), toName(given)];
  if (asked === '') return false;
  return name === asked || (!given.includes('.') && name.split('.')[0] === asked);
}

/** Names compare without regard to case; a dot at the end only says that the name is whole. */
function toName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/** The address by which the world sees a network is the address of everybody behind it. */
function isOnlyExternal({ lastExternalIpAddress, ipAddresses = [] }: MachineRecord, given: string): boolean {
  if (lastExternalIpAddress === undefined || !isSameAddress(lastExternalIpAddress, given)) return false;
  return !ipAddresses.some(({ ipAddress }) => ipAddress !== undefined && isSameAddress(ipAddress, given));
}

/** An IPv6 address has many spellings, and an IPv4 address can be written as one. */
function isSameAddress(left: string, right: string): boolean {
  return ipaddr.isValid(left) && ipaddr.isValid(right) && toAddress(left) === toAddress(right);
}

function toAddress(text: string): string {
  return ipaddr.process(text).toNormalizedString();
}

function toMac(text: string): string {
  return text.replaceAll(/[:.-]/g, '').toLowerCase();
}
