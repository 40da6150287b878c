import type { IndicatorType } from '../../contract/indicator.ts';
import type { FeedRejectCode } from '../../contract/feed.ts';

/** A value in the one form we compare, store and send, or why there is none. */
export type Normalised =
  | { readonly ok: true; readonly indicatorType: IndicatorType; readonly indicatorValue: string }
  | { readonly ok: false; readonly code: FeedRejectCode; readonly detail: string };

/** A value that can be sent. */
export function accepted(indicatorType: IndicatorType, indicatorValue: string): Normalised {
  return { ok: true, indicatorType, indicatorValue };
}

/** A value that cannot, with the sentence for whoever reads the rejects; a very long value is shown in part. */
export function refused(code: FeedRejectCode, detail: string): Normalised {
  return { ok: false, code, detail: detail.length > 300 ? `${detail.slice(0, 299)}…` : detail };
}
