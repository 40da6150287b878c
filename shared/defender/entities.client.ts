import { defenderAlertSummarySchema } from './alert-summary.ts';
import type { DefenderAlertSummary } from './alert-summary.ts';
import type { Defender, DefenderCall } from './call.ts';
import { defenderFileSchema, defenderMachineSummarySchema, defenderStatsSchema, entityPath } from './entity-rows.ts';
import type { DefenderEntity, DefenderFile, DefenderMachineSummary, DefenderStats } from './entity-rows.ts';
import type { DefenderTenant } from './hosts.ts';
import { orNone } from './or-none.ts';
import type { MdeRole } from './roles.ts';

/**
 * What Defender knows of files, domains, addresses and users. Everything throws what `Defender.request` throws, but for what
 * is not there. A file is named by its SHA-1, to `getFile` also by its SHA-256.
 */
export interface DefenderEntities {
  readonly getFile: (tenant: DefenderTenant, hash: string) => Promise<DefenderFile | undefined>;
  /** Of the last 30 days; not of users. */
  readonly getStats: (tenant: DefenderTenant, entity: DefenderEntity) => Promise<DefenderStats | undefined>;
  readonly listAlerts: (tenant: DefenderTenant, entity: DefenderEntity) => Promise<readonly DefenderAlertSummary[]>;
  /** Not of addresses: Defender has no such call. At most 500 of a domain. */
  readonly listMachines: (tenant: DefenderTenant, entity: DefenderEntity) => Promise<readonly DefenderMachineSummary[]>;
}

const statsRoles: Readonly<Record<DefenderEntity['kind'], MdeRole>> = {
  files: 'File.Read.All',
  domains: 'Url.Read.All',
  ips: 'Ip.Read.All',
  users: 'User.Read.All',
};

/** The calls of Defender's APIs of files, domains, addresses and users, which share a limit. */
export function createDefenderEntities(defender: Defender): DefenderEntities {
  const get = <T>(call: Asked<T>): Promise<T | undefined> =>
    orNone(async () => (await defender.request({ ...call, api: 'entities', method: 'GET' })).value);
  const list = async <T>(call: Asked<T>): Promise<readonly T[]> =>
    (await orNone(() => defender.list({ ...call, api: 'entities', method: 'GET' }))) ?? [];
  return {
    // https://learn.microsoft.com/defender-endpoint/api/get-file-information
    getFile: (tenant, hash) =>
      get({
        ...{ tenant, role: statsRoles.files, path: entityPath({ kind: 'files', name: hash }) },
        schema: defenderFileSchema,
      }),
    // https://learn.microsoft.com/defender-endpoint/api/get-file-statistics, get-domain-statistics, get-ip-statistics
    getStats: (tenant, entity) =>
      get({ tenant, role: statsRoles[entity.kind], path: `${entityPath(entity)}/stats`, schema: defenderStatsSchema }),
    // https://learn.microsoft.com/defender-endpoint/api/get-file-related-alerts, get-domain-related-alerts, get-ip-related-alerts
    listAlerts: (tenant, entity) =>
      list({
        ...{ tenant, role: 'Alert.ReadWrite.All', path: `${entityPath(entity)}/alerts` },
        schema: defenderAlertSummarySchema,
      }),
    // https://learn.microsoft.com/defender-endpoint/api/get-file-related-machines, get-domain-related-machines
    listMachines: (tenant, entity) =>
      list({
        ...{ tenant, role: 'Machine.Read.All', path: `${entityPath(entity)}/machines` },
        schema: defenderMachineSummarySchema,
      }),
  };
}

type Asked<T> = Pick<DefenderCall<T>, 'tenant' | 'path' | 'schema'> & { readonly role: MdeRole };
