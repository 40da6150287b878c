import ipaddr from 'ipaddr.js';
import type { HuntingRow } from '../../../shared/defender/hunting.client.ts';
import { maxMachines } from './to-entity-view.ts';
import type { KnownMachine } from './to-entity-view.ts';

/** The query that tells which machines met an address in the last 30 days, the last ones first. `ipAddress` is one address. */
export function toAddressQuery(ipAddress: string): string {
  const address = ipaddr.process(ipAddress);
  const text = address.toString();
  // Some sockets see IPv4 as IPv6.
  const spellings = address instanceof ipaddr.IPv4 ? [text, `::ffff:${text}`] : [text];
  return [
    'DeviceNetworkEvents',
    `| where RemoteIP in (${spellings.map((each) => `"${each}"`).join(', ')})`,
    '| summarize arg_max(Timestamp, DeviceName) by DeviceId',
    `| top ${maxMachines} by Timestamp desc`,
  ].join('\n');
}

/** The machines that such a query found. */
export function fromHuntingRows(rows: readonly HuntingRow[]): readonly KnownMachine[] {
  return rows.flatMap(({ DeviceId, DeviceName, Timestamp }) => {
    if (typeof DeviceId !== 'string' || DeviceId === '') return [];
    const hasName = typeof DeviceName === 'string' && DeviceName !== '';
    return {
      id: DeviceId.toLowerCase(),
      ...(hasName ? { computerDnsName: DeviceName } : {}),
      ...(typeof Timestamp === 'string' ? { lastSeen: Timestamp } : {}),
    };
  });
}
