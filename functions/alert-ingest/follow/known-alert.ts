import { createHash } from 'node:crypto';
import { z } from 'zod';
import { toOlderName } from '../../../shared/defender/alert-update.ts';
import type { DefenderAlert } from '../../../shared/defender/alerts.client.ts';
import type { AlertComment, ChangedAlert } from '../../../shared/defender/changed-alert.ts';

/** The fields of an alert whose changes are told, but for its comments. */
export const toldFields = ['status', 'classification', 'determination', 'assignedTo'] as const;
export type ToldField = (typeof toldFields)[number];

const knownAlertSchema = z.object({
  status: z.string().optional(),
  classification: z.string().optional(),
  determination: z.string().optional(),
  assignedTo: z.string().optional(),
  /** What each comment is known by. */
  comments: z.array(z.string()).default([]),
  /** Of the alert when it was read; absent: it never was. */
  lastUpdateTime: z.string().optional(),
  /** Which of our own writes were met, by field: when they were noted, in epoch milliseconds. */
  met: z.partialRecord(z.enum(toldFields), z.number()).default({}),
});

/** An alert of ours as the partner knows it: as it was read last, and what of it was told then. */
export type KnownAlert = Readonly<z.output<typeof knownAlertSchema>>;

/** As every alert begins. */
export const newAlert: KnownAlert = { status: 'New', comments: [], met: {} };

/** An alert as it is kept. A row holds 32 Ki characters: of very many comments the older are forgotten, which tells them again. */
export function toKnownText(known: KnownAlert): string {
  return JSON.stringify({ ...known, comments: known.comments.slice(-mostComments) });
}

const mostComments = 2_000;

/** An alert as it was kept; what was never seen is new. */
export function fromKnownText(text: string | undefined): KnownAlert {
  return text === undefined ? newAlert : knownAlertSchema.parse(JSON.parse(text));
}

/** What is known once an alert was read. */
export function toKnown(alert: ChangedAlert, met: KnownAlert['met']): KnownAlert {
  const fields = toldFields.flatMap((name) => (alert[name] === undefined ? [] : [[name, alert[name]]]));
  const { lastUpdateTime } = alert;
  return { ...Object.fromEntries(fields), comments: alert.comments.map(toCommentKey), lastUpdateTime, met };
}

/** What is known of an alert that was there before it was ours. */
export function fromTakenIn({ id: alertId, lastUpdateTime = '', comments = [], ...fields }: DefenderAlert): KnownAlert {
  const told = comments.map(({ comment = '', createdBy = '', createdTime = '' }) => ({
    comment,
    createdBy,
    createdTime,
  }));
  return toKnown({ ...fields, alertId, lastUpdateTime, machineId: undefined, comments: told }, {});
}

/** What a comment is known by: Defender gives it no id. */
export function toCommentKey({ comment, createdBy = '', createdTime = '' }: AlertComment): string {
  const text = JSON.stringify([createdTime, createdBy, comment]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 10);
}

/** Empty text counts as absent, and two spellings of a determination are one. */
export function isSameValue(a: string | undefined, b: string | undefined): boolean {
  return toOlderName(a ?? '') === toOlderName(b ?? '');
}
