import { z } from 'zod';
import type { ParsedFeed, Unreadable } from '../../../../shared/indicators/feed-item.ts';
import { unreadable } from './decode-feed.ts';
import { fromStixIndicator, isIndicator } from './from-stix-indicator.ts';
import type { StixIndicator } from './from-stix-indicator.ts';
import { mostValuesOfDocument } from '../most-values.ts';
import { rejectOf, tooManyValues, toParsedItems } from './parsed-items.ts';
import type { Judged } from './parsed-items.ts';

const bundleSchema = z.looseObject({ type: z.literal('bundle'), objects: z.array(z.unknown()).optional() });

/** Only what is asked of an object before it is read closely. */
const objectSchema = z.looseObject({ type: z.string(), id: z.string().optional() });

/** A STIX 2.0 or 2.1 bundle. What is no whole bundle (not JSON, cut off, another document) is refused as a whole. */
export function fromStix(text: string, now: number): ParsedFeed {
  const json = parseJson(text);
  if ('unreadable' in json) return json;
  const bundle = bundleSchema.safeParse(json.value);
  if (!bundle.success)
    return unreadable('#', 'The document is no STIX bundle: type "bundle" with a list of objects is needed.');
  return fromStixObjects(bundle.data.objects ?? [], now);
}

/**
 * STIX objects as a bundle, or the pages of a TAXII collection, hold them. Indicators are read, everything else is context and counts as
 * nothing. Of several versions of one id the latest `modified` counts. Between ids with the same value the later `modified` wins,
 * but what one revokes another may still report, so a revocation never wins over an indicator that stands.
 */
export function fromStixObjects(objects: readonly unknown[], now: number): ParsedFeed {
  const judged: Judged[] = [];
  const indicators: StixIndicator[] = [];
  objects.forEach((object, i) => {
    const place = `#/objects/${i}`;
    if (objectSchema.safeParse(object).data?.type !== 'indicator') return;
    if (isIndicator(object)) indicators.push({ ...object, place: `${place} ${object.id}` });
    else judged.push(rejectOf(place, undefined, 'unreadable', 'The indicator has no id or no pattern.'));
  });
  const latest = latestById(indicators);
  for (const indicator of indicators) {
    if (latest.get(indicator.id) === indicator) continue;
    judged.push(
      rejectOf(indicator.place, indicator.pattern, 'duplicate', `A later version of ${indicator.id} counts.`),
    );
  }
  const standing = [...latest.values()].sort((a, b) => rank(a) - rank(b) || modifiedMs(a) - modifiedMs(b));
  for (const indicator of standing) {
    // One by one: a pattern may name more values than a call takes arguments.
    for (const value of fromStixIndicator(indicator, now)) judged.push(value);
    if (judged.length > mostValuesOfDocument) return tooManyValues(indicator.place);
  }
  return toParsedItems(judged);
}

/** JSON, or where it breaks. */
export function parseJson(text: string): { readonly value: unknown } | Unreadable {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    return unreadable('#', `The document is not JSON, or cut off: ${reason}`);
  }
}

function latestById(indicators: readonly StixIndicator[]): Map<string, StixIndicator> {
  const latest = new Map<string, StixIndicator>();
  for (const indicator of indicators) {
    const known = latest.get(indicator.id);
    if (known === undefined || modifiedMs(indicator) >= modifiedMs(known)) latest.set(indicator.id, indicator);
  }
  return latest;
}

function rank(indicator: StixIndicator): number {
  return indicator.revoked === true ? 0 : 1;
}

function modifiedMs(indicator: StixIndicator): number {
  const ms = Date.parse(indicator.modified ?? indicator.created ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
