import { z } from 'zod';
import { toSegment } from './odata.ts';
import { orAbsent, textOrNone } from './or-absent.ts';

/** A machine as Defender gives it, as far as we use it; fields that it leaves empty are absent. */
export const defenderMachineSchema = z.object({
  id: z.string().toLowerCase(),
  computerDnsName: textOrNone,
  machineTags: z
    .array(z.string())
    .nullish()
    .transform((tags): readonly string[] => tags ?? []),
  aadDeviceId: textOrNone,
  osPlatform: textOrNone,
  version: textOrNone,
  healthStatus: textOrNone,
  onboardingStatus: textOrNone,
  riskScore: textOrNone,
  exposureLevel: textOrNone,
  deviceValue: textOrNone,
  rbacGroupName: textOrNone,
  firstSeen: textOrNone,
  lastSeen: textOrNone,
  lastIpAddress: textOrNone,
  /** The record that this one was merged into; not documented, seen live. */
  mergedIntoMachineId: textOrNone,
});

/** A machine with everything by which machines are told apart. */
export const defenderMachineRecordSchema = defenderMachineSchema.extend({
  lastExternalIpAddress: textOrNone,
  ipAddresses: orAbsent(z.array(z.object({ ipAddress: textOrNone, macAddress: textOrNone }))),
});

/** A machine as Defender gives it. */
export type DefenderMachine = Readonly<z.output<typeof defenderMachineSchema>>;

/** A machine as Defender gives it, with everything by which machines are told apart. */
export type DefenderMachineRecord = Readonly<z.output<typeof defenderMachineRecordSchema>>;

/** A call that changes a machine: what is sent, and what `Observe` and `dryRun` show instead. */
export interface DefenderMachineRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Path of everything about one machine. `id` may also be a full computer name where Microsoft says so. */
export function machinePath(id: string): string {
  return `/api/machines/${toSegment(id)}`;
}

/** Adds or removes one tag: https://learn.microsoft.com/defender-endpoint/api/add-or-remove-machine-tags */
export function toTagRequest(machineId: string, tag: string, action: 'Add' | 'Remove'): DefenderMachineRequest {
  return { method: 'POST', path: `${machinePath(machineId)}/tags`, body: { Value: tag, Action: action } };
}
