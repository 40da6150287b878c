import { isWithin } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { CallerInput } from '../contract/caller.ts';
import type { Documents } from '../registry/documents.store.ts';
import type { KnownCaller } from './authenticate-caller.ts';

/** Callers as authentication looks them up. */
export interface Callers {
  readonly byId: (callerId: string) => Promise<KnownCaller | undefined>;
  /** The callers that an Entra application stands for: one, or the registry is wrong. */
  readonly byApplication: (tenantId: string, appId: string) => Promise<readonly KnownCaller[]>;
}

/** How long it is remembered which application belongs to which caller. */
const indexKeptMs = 60_000;
/** A stranger makes us read the list no oftener than this; so long a new application may have to wait. */
const indexRestsMs = 5_000;

/** Ids of callers by application. */
type Index = ReadonlyMap<string, readonly string[]>;

/**
 * Creates the look-up. Only the ids behind an application are remembered, for a minute; a document itself is read with each
 * request, so that what was taken from a caller is gone at once, on every instance.
 */
export function createCallers(
  documents: Pick<Documents<CallerInput>, 'get' | 'listAll'>,
  { now }: { readonly now: Clock },
): Callers {
  let last: { readonly readAtMs: number; readonly index: Promise<Index> } | undefined;

  async function byId(callerId: string): Promise<KnownCaller | undefined> {
    const found = await documents.get(callerId);
    return found && { callerId, document: found.document };
  }

  async function byApplication(tenantId: string, appId: string): Promise<readonly KnownCaller[]> {
    const key = keyOf(tenantId, appId);
    const known = (await indexNoOlderThan(indexKeptMs)).get(key);
    const ids = known ?? (await indexNoOlderThan(indexRestsMs)).get(key) ?? [];
    const found = await Promise.all(ids.map(byId));
    return found.flatMap((caller) => (caller && keyOfCaller(caller.document) === key ? [caller] : []));
  }

  /** One read for everybody who asks meanwhile; one that failed is not remembered. */
  function indexNoOlderThan(ageMs: number): Promise<Index> {
    if (last !== undefined && isWithin(now() - last.readAtMs, ageMs)) return last.index;
    const started = { readAtMs: now(), index: readIndex() };
    last = started;
    started.index.catch(() => {
      if (last === started) last = undefined;
    });
    return started.index;
  }

  async function readIndex(): Promise<Index> {
    const index = new Map<string, readonly string[]>();
    for (const { id, document } of await documents.listAll()) {
      const key = keyOfCaller(document);
      if (key !== undefined) index.set(key, [...(index.get(key) ?? []), id]);
    }
    return index;
  }

  return { byId, byApplication };
}

function keyOfCaller({ authentication }: CallerInput): string | undefined {
  return authentication.kind === 'Entra' ? keyOf(authentication.tenantId, authentication.appId) : undefined;
}

function keyOf(tenantId: string, appId: string): string {
  return `${tenantId}|${appId}`;
}
