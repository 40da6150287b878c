import { z } from 'zod';
import { indicatorActionSchema, indicatorSeveritySchema, indicatorTypeSchema } from '../contract/indicator.ts';
import type { IndicatorAction, IndicatorSeverity, IndicatorType } from '../contract/indicator.ts';
import { textOrNone } from './or-absent.ts';

const id = z.union([z.string().min(1), z.int().transform(String)]);

/**
 * An indicator as Defender lists it, as far as we read it; others' rows included. Types, actions and severities that cannot
 * be submitted (`WebCategory`, the retired `AlertAndBlock`, …) read `Other`. Texts that are null are left out.
 * Source: https://learn.microsoft.com/defender-endpoint/api/ti-indicator.
 */
export const defenderIndicatorSchema = z.object({
  id,
  indicatorValue: z.string(),
  indicatorType: indicatorTypeSchema.or(z.literal('Other')).catch('Other'),
  action: indicatorActionSchema.or(z.literal('Other')).catch('Other'),
  severity: indicatorSeveritySchema.or(z.literal('Other')).catch('Other'),
  title: textOrNone,
  description: textOrNone,
  /** Our application id, or who else made it. */
  createdBy: textOrNone,
  createdByDisplayName: textOrNone,
  creationTimeDateTimeUtc: textOrNone,
  lastUpdateTime: textOrNone,
  /** Left out: it never expires. */
  expirationTime: textOrNone,
  externalId: textOrNone,
  generateAlert: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  /** The page says a comma-separated text, its samples are lists. */
  rbacGroupNames: z
    .union([z.array(z.string()), z.string().transform(toNames)])
    .nullish()
    .transform((value): readonly string[] => value ?? []),
});

function toNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** See {@link defenderIndicatorSchema}. */
export type DefenderIndicator = Readonly<z.output<typeof defenderIndicatorSchema>>;

/** An indicator as it is submitted: Microsoft's names and case. `application` counts only when the row is new. */
export interface DefenderIndicatorSubmission {
  readonly indicatorValue: string;
  readonly indicatorType: IndicatorType;
  readonly action: IndicatorAction;
  readonly title: string;
  readonly description: string;
  readonly severity?: IndicatorSeverity;
  readonly expirationTime?: string;
  readonly recommendedActions?: string;
  readonly application?: string;
  readonly generateAlert?: boolean;
  readonly externalId?: string;
  readonly mitreTechniques?: readonly string[];
  readonly rbacGroupNames?: readonly string[];
}

/** What became of one submitted row. `postponed`: its turn did not come, nothing is known against it. */
export type ImportResult =
  | { readonly kind: 'imported'; readonly id: string }
  | { readonly kind: 'failed'; readonly failureReason: string }
  | { readonly kind: 'postponed'; readonly retryAfterMs: number };

const itemSchema = z.union([
  z.object({ indicator: z.string().nullish(), isFailed: z.literal(true), failureReason: z.string().nullish() }),
  z.object({ indicator: z.string().nullish(), isFailed: z.literal(false), id }),
]);

/** The answer to an import of `count` rows: one item for each, or it is not the answer. */
export function importAnswerSchema(count: number) {
  return z.object({ value: z.array(itemSchema).length(count) });
}

type ImportItem = z.output<typeof itemSchema>;

/**
 * The results in the order of the rows. Items come in that order as far as is known, which Microsoft does not promise: when one
 * has the value of another row, all are looked up by value. One without a value, or with one that no row has (Defender may keep
 * it in another form), is its row's. `undefined` when a row has no item.
 */
export function matchResults(
  rows: readonly DefenderIndicatorSubmission[],
  items: readonly ImportItem[],
): readonly ImportResult[] | undefined {
  const sent = new Set(rows.map(({ indicatorValue }) => comparable(indicatorValue)));
  const isForeign = (item: ImportItem | undefined): boolean =>
    item !== undefined && !sent.has(comparable(item.indicator ?? ''));
  const inPlace = rows.every((row, index) => isOf(row, items[index]) || isForeign(items[index]));
  const matched = inPlace ? items : byValue(rows, items);
  return matched?.map(toResult);
}

function byValue(
  rows: readonly DefenderIndicatorSubmission[],
  items: readonly ImportItem[],
): readonly ImportItem[] | undefined {
  const left = [...items];
  const matched: ImportItem[] = [];
  for (const row of rows) {
    const at = left.findIndex((item) => isOf(row, item));
    if (at < 0) return undefined;
    matched.push(...left.splice(at, 1));
  }
  return matched;
}

function isOf(row: DefenderIndicatorSubmission, item: ImportItem | undefined): boolean {
  if (item === undefined) return false;
  return typeof item.indicator === 'string' && comparable(item.indicator) === comparable(row.indicatorValue);
}

/** Defender may give a value back as it keeps it: in lower case, without the last dot. */
function comparable(value: string): string {
  return value.trim().toLowerCase().replace(/\.$/, '');
}

function toResult(item: ImportItem): ImportResult {
  return item.isFailed
    ? { kind: 'failed', failureReason: item.failureReason ?? '' }
    : { kind: 'imported', id: item.id };
}
