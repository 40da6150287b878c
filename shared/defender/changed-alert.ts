import { z } from 'zod';
import { machineIdSchema, timeSchema } from '../contract/primitives.ts';
import { toTicks } from '../ticks.ts';
import type { Ticks } from '../ticks.ts';
import { textOrNone } from './or-absent.ts';

/** An alert as it stands, with the words of Defender's API; what is empty is absent, unknown words pass as they are. */
export interface ChangedAlert {
  readonly alertId: string;
  /** By the service's clock, as it wrote it. */
  readonly lastUpdateTime: string;
  readonly severity: string | undefined;
  readonly status: string | undefined;
  readonly classification: string | undefined;
  readonly determination: string | undefined;
  readonly assignedTo: string | undefined;
  readonly machineId: string | undefined;
  readonly comments: readonly AlertComment[];
}

/** A comment on an alert. */
export interface AlertComment {
  readonly comment: string;
  readonly createdBy?: string;
  readonly createdTime?: string;
}

/** When an alert was changed last. */
export function ticksOf({ lastUpdateTime }: Pick<ChangedAlert, 'lastUpdateTime'>): Ticks {
  return toTicks(lastUpdateTime) ?? 0n;
}

/** An alert of Defender's own API. */
export const defenderChangedAlertSchema = z
  .object({
    ...{ id: z.string().min(1), lastUpdateTime: timeSchema, severity: textOrNone, status: textOrNone },
    ...{ classification: textOrNone, determination: textOrNone, assignedTo: textOrNone },
    machineId: machineIdSchema.optional().catch(undefined),
    comments: z.array(z.object({ comment: textOrNone, createdBy: textOrNone, createdTime: textOrNone })).nullish(),
  })
  .transform(({ id, comments, machineId, ...rest }): ChangedAlert => ({
    ...{ alertId: id, ...rest, machineId },
    comments: (comments ?? []).map(toComment),
  }));

/** Without it, Graph gives one word for all that is newer than its first version: https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations */
export const graphAlertHeaders = { prefer: 'include-unknown-enum-members' } as const;

/** An alert of Graph's, in Defender's words; read with `graphAlertHeaders`. */
export const graphChangedAlertSchema = z
  .object({
    ...{ id: z.string().min(1), lastUpdateDateTime: timeSchema, severity: textOrNone, status: textOrNone },
    ...{ classification: textOrNone, determination: textOrNone, assignedTo: textOrNone },
    comments: z
      .array(z.object({ comment: textOrNone, createdByDisplayName: textOrNone, createdDateTime: textOrNone }))
      .nullish(),
    evidence: z
      .array(z.object({ mdeDeviceId: machineIdSchema.optional().catch(undefined) }))
      .nullish()
      .catch(undefined),
  })
  .transform((alert): ChangedAlert => ({
    ...{ alertId: alert.id, lastUpdateTime: alert.lastUpdateDateTime },
    machineId: alert.evidence?.find(({ mdeDeviceId }) => mdeDeviceId !== undefined)?.mdeDeviceId,
    ...{ severity: toDefenderWord(alert.severity), status: toDefenderWord(alert.status) },
    classification: unlessUnknown(alert.classification),
    determination: toDetermination(unlessUnknown(alert.determination)),
    assignedTo: alert.assignedTo,
    comments: (alert.comments ?? []).map(({ comment, createdByDisplayName: createdBy, createdDateTime: createdTime }) =>
      toComment({ comment, createdBy, createdTime }),
    ),
  }));

/** The same word, as Defender's API writes it: `inProgress` is `InProgress`. */
function toDefenderWord(word: string | undefined): string | undefined {
  return word === undefined ? undefined : word.charAt(0).toUpperCase() + word.slice(1);
}

/** Where Defender's API says nothing, Graph says `unknown`. */
function unlessUnknown(word: string | undefined): string | undefined {
  return word === 'unknown' ? undefined : toDefenderWord(word);
}

/** The one determination that Graph has a name of its own for. */
function toDetermination(word: string | undefined): string | undefined {
  return word === 'CompromisedAccount' ? 'CompromisedUser' : word;
}

function toComment({
  comment,
  createdBy,
  createdTime,
}: Readonly<Record<keyof AlertComment, string | undefined>>): AlertComment {
  return {
    comment: comment ?? '',
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(createdTime === undefined ? {} : { createdTime }),
  };
}
