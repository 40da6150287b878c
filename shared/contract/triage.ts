import { z } from 'zod';
import { refusal, text } from './primitives.ts';

/** A Defender alert's triage: what both an update of an alert and the action `UpdateAlert` write (`reference/defender-api.md` §5.3). */

export const alertStatusSchema = z.enum(['New', 'InProgress', 'Resolved']);
export const alertClassificationSchema = z.enum(['TruePositive', 'InformationalExpectedActivity', 'FalsePositive']);

const determinations = {
  TruePositive: [
    'MultiStagedAttack',
    'MaliciousUserActivity',
    'CompromisedUser',
    'Malware',
    'Phishing',
    'UnwantedSoftware',
    'Other',
  ],
  // Microsoft's pages spell two of these in two ways.
  InformationalExpectedActivity: [
    'SecurityTesting',
    'LineOfBusinessApplication',
    'ConfirmedUserActivity',
    'ConfirmedActivity',
    'Other',
  ],
  FalsePositive: ['Clean', 'NotMalicious', 'InsufficientData', 'Other'],
} as const;

export const alertDeterminationSchema = z.enum([...new Set(Object.values(determinations).flat())]);

export type AlertStatus = z.output<typeof alertStatusSchema>;
export type AlertClassification = z.output<typeof alertClassificationSchema>;
export type AlertDetermination = z.output<typeof alertDeterminationSchema>;

/** The fields of a triage; all may be left out. */
export const triageShape = {
  status: alertStatusSchema.optional(),
  classification: alertClassificationSchema.optional(),
  determination: alertDeterminationSchema.optional(),
  assignedTo: text(1, 256).optional(),
} as const;

/** Whether Microsoft's table allows the determination beside the classification; alone, each is fine. */
export function isFittingDetermination(triage: object): boolean {
  const classification = alertClassificationSchema.safeParse(Reflect.get(triage, 'classification'));
  const determination: unknown = Reflect.get(triage, 'determination');
  if (!classification.success || determination === undefined) return true;
  return determinations[classification.data].some((fitting) => fitting === determination);
}

/** The refusal that goes with `isFittingDetermination`. */
export const unfittingDetermination = refusal('mismatch', 'Not a determination of that classification.', [
  'determination',
]);
