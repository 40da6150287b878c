import type { AlertLink, AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import type { AlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import { isFinished } from '../../../shared/contract/operation.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { toAlertName } from '../alert-name.ts';

/** What our records say of an id of the partner's. */
export type FoundAlert =
  | { readonly found: 'Made'; readonly alertId: string; readonly via: AlertVia; readonly madeAtMs: number }
  /** Its operation is not finished; `nextAttemptAt` says when it goes on. */
  | { readonly found: 'OnItsWay'; readonly nextAttemptAt?: string | undefined }
  /** It was only observed (mode `Observe`): there is none in Defender. */
  | { readonly found: 'Observed' }
  /** Nobody sent one, or it failed or was canceled. */
  | { readonly found: 'Unknown' };

/** Finds the alert that was made for an id. Throws `UpstreamUnavailable`. */
export type FindAlert = (tenantId: string, id: string) => Promise<FoundAlert>;

/** Makes it: two reads of one row each at most, and one of the operation. */
export function createFindAlert(options: {
  readonly links: Pick<AlertLinks, 'byId'>;
  readonly work: Pick<Work, 'holderOf'>;
}): FindAlert {
  const { links, work } = options;
  return async (tenantId, id) => {
    const link = await links.byId(tenantId, id);
    if (link !== undefined) return toMade(link);
    const holder = await work.holderOf(tenantId, toAlertName(id));
    if (holder === undefined) return { found: 'Unknown' };
    const { operation } = holder;
    if (operation === undefined) return { found: 'Observed' }; // one that was made has a link as long as its name is taken
    if (!isFinished(operation.status)) return { found: 'OnItsWay', nextAttemptAt: operation.nextAttemptAt };
    // Its link may have come between the two looks.
    const alertId = operation.result?.alertId;
    if (alertId === undefined) return { found: 'Observed' };
    const again = await links.byId(tenantId, id);
    return again === undefined ? { found: 'Unknown' } : toMade(again);
  };
}

function toMade({ alertId, via, linkedAtMs: madeAtMs }: AlertLink): FoundAlert {
  return { found: 'Made', alertId, via, madeAtMs };
}
