import { readFields } from '../defender/indicators/submission-fields.ts';
import type { IndicatorResource, IndicatorSubmission } from '../defender/indicators/resource.ts';
import type { Submitter } from '../defender/indicators/store.ts';

/** An indicator that somebody else made: a person in the portal, unless `sourceType` says another app. */
export type IndicatorSeed = Partial<Omit<IndicatorResource, 'id'>> &
  Pick<IndicatorResource, 'indicatorValue' | 'indicatorType'>;

export function fromSeed(seed: IndicatorSeed): {
  readonly submission: IndicatorSubmission;
  readonly submitter: Submitter;
} {
  const submission = readFields({ action: 'Block', title: 'Seeded', description: 'Seeded', ...seed });
  if (!submission) throw new RangeError(`Indicator ${seed.indicatorValue} has a field of a wrong type.`);
  const sourceType = seed.sourceType ?? 'User';
  const createdBy = seed.createdBy ?? 'ana@example.test';
  const submitter: Submitter = {
    createdBy,
    displayName: seed.createdByDisplayName ?? createdBy,
    sourceType,
    createdBySource: seed.createdBySource ?? (sourceType === 'User' ? 'Portal' : 'PublicApi'),
    mayChangeAll: true,
  };
  return { submission, submitter };
}
