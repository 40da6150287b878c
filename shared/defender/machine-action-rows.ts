import { z } from 'zod';
import { orAbsent, textOrNone } from './or-absent.ts';

const commandSchema = z.object({
  index: z.int().min(0),
  commandStatus: textOrNone,
  command: z.object({
    type: z.string(),
    params: z
      .array(z.object({ key: z.string(), value: z.string() }))
      .nullish()
      .transform((params) => params ?? []),
  }),
});

/**
 * A machine action as Defender gives it, as far as we use it; fields that it leaves empty are absent. Types and statuses may
 * grow. `requestor` is a person's name or an application's id. Source: https://learn.microsoft.com/defender-endpoint/api/machineaction
 */
export const defenderMachineActionSchema = z.object({
  id: z.string().min(1),
  type: z.string(),
  status: z.string(),
  /** Of an isolation and of a scan. */
  scope: textOrNone,
  requestor: textOrNone,
  requestorComment: textOrNone,
  cancellationRequestor: textOrNone,
  creationDateTimeUtc: textOrNone,
  relatedFileInfo: orAbsent(z.object({ fileIdentifier: textOrNone, fileIdentifierType: textOrNone })),
  commands: z
    .array(commandSchema)
    .nullish()
    .transform((commands) => commands ?? []),
});

/** A machine action as Defender gives it. */
export type DefenderMachineAction = Readonly<z.output<typeof defenderMachineActionSchema>>;

const ends = ['Succeeded', 'Failed', 'TimeOut', 'Cancelled'] as const;

/** How a machine action can end. */
export type MachineActionEnd = (typeof ends)[number];

/** How a machine action ended; `undefined` while it runs. A word that we do not know is none of an end. */
export function endOf({ status }: Pick<DefenderMachineAction, 'status'>): MachineActionEnd | undefined {
  return ends.find((end) => end === status);
}
