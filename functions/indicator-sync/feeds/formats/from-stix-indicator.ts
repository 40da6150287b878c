import { z } from 'zod';
import type { FeedItem } from '../../../../shared/indicators/feed-item.ts';
import { parseStixPattern } from './parse-stix-pattern.ts';
import type { StixAlternative } from './parse-stix-pattern.ts';
import { judge, rejectOf } from './parsed-items.ts';
import type { Judged } from './parsed-items.ts';
import { toIndicatorType } from './stix-path.ts';
import { cut, toFeedTime } from './to-facts.ts';

/** Facts that are wrong are left out; a wrong id or pattern makes the indicator unreadable. */
const stixIndicatorSchema = z.looseObject({
  type: z.literal('indicator'),
  id: z.string().min(1).max(256),
  pattern: z.string(),
  pattern_type: z.string().optional().catch(undefined),
  /** What it stands for; STIX 2.0 says so in `labels`. */
  indicator_types: z.array(z.string()).optional().catch(undefined),
  labels: z.array(z.string()).optional().catch(undefined),
  created: z.string().optional().catch(undefined),
  modified: z.string().optional().catch(undefined),
  revoked: z.boolean().optional().catch(undefined),
  valid_until: z.string().optional().catch(undefined),
  confidence: z.number().min(0).max(100).optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  external_references: z
    .array(z.looseObject({ source_name: z.string(), external_id: z.string().optional() }).catch({ source_name: '' }))
    .optional()
    .catch(undefined),
});

/** An indicator object and where it stands. */
export type StixIndicator = z.output<typeof stixIndicatorSchema> & { readonly place: string };

/** Whether an object can be read as an indicator. */
export function isIndicator(object: unknown): object is z.output<typeof stixIndicatorSchema> {
  return stixIndicatorSchema.safeParse(object).success;
}

/** The values that a pattern names, each judged on its own. */
export function fromStixIndicator(object: StixIndicator, now: number): Judged[] {
  const indicator = { ...stixIndicatorSchema.parse(object), place: object.place };
  const { place, pattern, pattern_type: patternType = 'stix' } = indicator;
  if (patternType !== 'stix') {
    return [rejectOf(place, pattern, 'unsupported_pattern', `The pattern is ${patternType.slice(0, 40)}, not stix.`)];
  }
  if (isBenign(indicator)) return [rejectOf(place, pattern, 'unsupported_type', 'It names what is benign.')];
  const until = indicator.valid_until === undefined ? undefined : toFeedTime(indicator.valid_until);
  if (indicator.valid_until !== undefined && until === undefined) {
    return [rejectOf(place, pattern, 'invalid_value', `valid_until ${indicator.valid_until.slice(0, 40)} is no time.`)];
  }
  const alternatives = parseStixPattern(pattern);
  if ('fault' in alternatives) return [rejectOf(place, pattern, 'unsupported_pattern', alternatives.fault)];
  const facts = factsOf(indicator, until);
  return alternatives.map((alternative) => fromAlternative(alternative, { place, pattern, facts, now }));
}

function isBenign({ indicator_types: types, labels }: StixIndicator): boolean {
  const words = (types ?? labels ?? []).map((word) => word.toLowerCase());
  return words.includes('benign') && !words.some((word) => ['malicious-activity', 'compromised'].includes(word));
}

interface Context {
  readonly place: string;
  readonly pattern: string;
  readonly facts: Omit<FeedItem, 'indicatorType' | 'indicatorValue'>;
  readonly now: number;
}

function fromAlternative(alternative: StixAlternative, { place, pattern, facts, now }: Context): Judged {
  if ('fault' in alternative) return rejectOf(place, pattern, 'unsupported_pattern', alternative.fault);
  const { path, value } = alternative;
  const indicatorType = toIndicatorType(path, value);
  if (indicatorType === undefined) {
    return rejectOf(place, value, 'unsupported_type', `Defender has no indicator for ${path.slice(0, 100)}.`);
  }
  return judge({ place, indicatorType, value, facts, now });
}

function factsOf(indicator: StixIndicator, expirationTime: string | undefined): Context['facts'] {
  const techniques = (indicator.external_references ?? [])
    .filter(({ source_name: source }) => source.startsWith('mitre-'))
    .map(({ external_id: id }) => id ?? '')
    .filter((id) => /^T\d{4}(?:\.\d{3})?$/.test(id));
  return {
    ...cut('title', indicator.name ?? '', 256),
    ...cut('description', indicator.description ?? '', 1000),
    ...(indicator.confidence === undefined ? {} : { confidence: Math.round(indicator.confidence) }),
    ...(expirationTime === undefined ? {} : { expirationTime }),
    ...(techniques.length === 0 ? {} : { mitreTechniques: [...new Set(techniques)].slice(0, 20) }),
    ...cut('externalId', indicator.id, 128),
    ...(indicator.revoked === true ? { revoked: true as const } : {}),
  };
}
