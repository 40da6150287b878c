import type { AddressView, DomainView, FileView } from '../../../shared/contract/machine.ts';
import type { DefenderEntities } from '../../../shared/defender/entities.client.ts';
import type { DefenderEntity, DefenderFile } from '../../../shared/defender/entity-rows.ts';
import type { Hunting } from '../../../shared/defender/hunting.client.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { fromHuntingRows, toAddressQuery } from './address-machines.ts';
import { readPart } from './read-part.ts';
import type { Part } from './read-part.ts';
import { fileIndicators, toFile, toKnown } from './to-entity-view.ts';
import type { DefenderParts, IndicatorState, KnownMachine } from './to-entity-view.ts';

/**
 * How a value stands in a tenant, by our own records: the first of those asked about that they know of, or `Unknown`. Values
 * may be of any form that an indicator can be written in. No call is made.
 */
export type FindIndicator = (tenant: TenantRecord, asked: readonly IndicatorIdentity[]) => Promise<IndicatorState>;

export interface EntityViewOptions {
  readonly entities: DefenderEntities;
  readonly hunting: Pick<Hunting, 'runQuery'>;
  readonly findIndicator: FindIndicator;
}

/**
 * What Defender knows of a file (SHA-1 or SHA-256), a domain or an address, each in its normal form; `undefined` when it knows
 * nothing. A part that could not be read is named; what `Defender.request` throws is thrown when nothing of Defender's could be.
 */
export interface EntityViews {
  readonly readFile: (tenant: TenantRecord, hash: string) => Promise<FileView | undefined>;
  readonly readDomain: (tenant: TenantRecord, domain: string) => Promise<DomainView | undefined>;
  readonly readAddress: (tenant: TenantRecord, ipAddress: string) => Promise<AddressView | undefined>;
}

/** Makes the views: all parts of one are read side by side, but for a file's, which are known by its SHA-1. */
export function createEntityViews(options: EntityViewOptions): EntityViews {
  const indicatorOf = (tenant: TenantRecord, asked: readonly IndicatorIdentity[]): Promise<Part<IndicatorState>> =>
    readPart('#/indicator', () => options.findIndicator(tenant, asked));
  return {
    readFile: async (tenant, hash) => {
      const found = await options.entities.getFile(tenant, hash);
      const file = withHash(hash, found);
      const [parts, indicator] = await Promise.all([
        found === undefined ? nothing : readParts(options, tenant, { kind: 'files', name: file.sha1 ?? hash }),
        indicatorOf(tenant, fileIndicators(file)),
      ]);
      const known = toKnown({ ...parts, indicator }, { isKnown: found !== undefined });
      return known && { file: toFile(file), ...known };
    },
    readDomain: async (tenant, domain) => {
      const [parts, indicator] = await Promise.all([
        readParts(options, tenant, { kind: 'domains', name: domain }),
        indicatorOf(tenant, [{ indicatorType: 'DomainName', indicatorValue: domain }]),
      ]);
      const known = toKnown({ ...parts, indicator });
      return known && { domain, ...known };
    },
    readAddress: async (tenant, ipAddress) => {
      const [parts, indicator] = await Promise.all([
        readParts(options, tenant, { kind: 'ips', name: ipAddress }),
        indicatorOf(tenant, [{ indicatorType: 'IpAddress', indicatorValue: ipAddress }]),
      ]);
      const known = toKnown({ ...parts, indicator });
      return known && { ipAddress, ...known };
    },
  };
}

/** What is known of a file, the hash that was asked about at least. */
function withHash(hash: string, found: DefenderFile | undefined): Partial<DefenderFile> {
  return hash.length === 64 ? { ...found, sha256: found?.sha256 ?? hash } : { ...found, sha1: found?.sha1 ?? hash };
}

/** Of a file that Defender does not know, there is nothing to be asked. */
const nothing: DefenderParts = {
  organization: { isRead: true, value: undefined },
  machines: { isRead: true, value: [] },
  alerts: { isRead: true, value: [] },
};

async function readParts(
  options: EntityViewOptions,
  tenant: TenantRecord,
  entity: DefenderEntity,
): Promise<DefenderParts> {
  const { entities } = options;
  const [organization, machines, alerts] = await Promise.all([
    readPart('#/organization', () => entities.getStats(tenant, entity)),
    entity.kind === 'ips'
      ? machinesOfAddress(options, tenant, entity.name)
      : readPart('#/machines', () => entities.listMachines(tenant, entity)),
    readPart('#/alerts', () => entities.listAlerts(tenant, entity)),
  ]);
  const parts = { organization, machines, alerts };
  if (entity.kind !== 'files') throwIfNothing(parts);
  return parts;
}

/** Defender has no call for the machines that met an address: a query tells, where the tenant lets us make queries. */
function machinesOfAddress(
  { hunting }: EntityViewOptions,
  tenant: TenantRecord,
  ipAddress: string,
): Promise<Part<readonly KnownMachine[]>> {
  if (!tenant.policy.queries.allowed) {
    const detail = 'Which machines met an address only a query tells, and the tenant allows none.';
    return Promise.resolve({ isRead: false, unread: { pointer: '#/machines', code: 'refused_by_policy', detail } });
  }
  return readPart('#/machines', async () => fromHuntingRows(await hunting.runQuery(tenant, toAddressQuery(ipAddress))));
}

/** A view in which there is nothing but errors is no view; of a file something is known by then. */
function throwIfNothing(parts: DefenderParts): void {
  const unread = Object.values(parts).filter((part: Part<unknown>) => !part.isRead);
  const failed = unread.find(({ cause }) => cause !== undefined);
  if (failed !== undefined && unread.length === Object.keys(parts).length) throw failed.cause;
}
