import { z } from 'zod';
import { defenderAlertSummarySchema } from './alert-summary.ts';
import type { DefenderAlertSummary } from './alert-summary.ts';
import type { Defender } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { machinePath } from './machine-rows.ts';
import { orAbsent, textOrNone } from './or-absent.ts';
import type { MdeRole } from './roles.ts';

const logonUserSchema = z.object({
  accountName: textOrNone,
  accountDomain: textOrNone,
  lastSeen: textOrNone,
  isDomainAdmin: orAbsent(z.boolean()),
});

const vulnerabilitySchema = z.object({ id: z.string(), severity: textOrNone });

/** Somebody who was logged on to a machine, as Defender gives it. */
export type DefenderLogonUser = Readonly<z.output<typeof logonUserSchema>>;

/** A weakness of a machine; `severity` is Defender's word. */
export type DefenderVulnerability = Readonly<z.output<typeof vulnerabilitySchema>>;

/** What belongs to one machine, by its id. Everything throws what `Defender.request` throws; a list is whole. */
export interface MachineDetails {
  readonly listLogonUsers: (tenant: DefenderTenant, machineId: string) => Promise<readonly DefenderLogonUser[]>;
  /** Of every status. */
  readonly listAlerts: (tenant: DefenderTenant, machineId: string) => Promise<readonly DefenderAlertSummary[]>;
  readonly listVulnerabilities: (
    tenant: DefenderTenant,
    machineId: string,
  ) => Promise<readonly DefenderVulnerability[]>;
}

/** The calls of Defender's machine API that tell more of one machine. */
export function createMachineDetails(defender: Defender): MachineDetails {
  const about =
    <T>(part: string, role: MdeRole, schema: z.ZodType<T>) =>
    (tenant: DefenderTenant, machineId: string): Promise<readonly T[]> =>
      defender.list({
        tenant,
        api: 'machines',
        role,
        method: 'GET',
        path: `${machinePath(machineId)}/${part}`,
        schema,
      });
  return {
    // https://learn.microsoft.com/defender-endpoint/api/get-machine-log-on-users
    listLogonUsers: about('logonusers', 'User.Read.All', logonUserSchema),
    // https://learn.microsoft.com/defender-endpoint/api/get-machine-related-alerts
    listAlerts: about('alerts', 'Alert.ReadWrite.All', defenderAlertSummarySchema),
    // https://learn.microsoft.com/defender-endpoint/api/get-discovered-vulnerabilities (no limit of its own is documented)
    listVulnerabilities: about('vulnerabilities', 'Vulnerability.Read.All', vulnerabilitySchema),
  };
}
