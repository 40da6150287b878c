import type { Clock } from '../../../../shared/clock.ts';
import type { ReadSecret } from '../../../../shared/auth/key-vault.client.ts';
import type { FeedSource } from '../../../../shared/contract/feed.ts';
import type { Egress, EgressResult } from '../../../../shared/egress/egress.client.ts';
import type { ParsedFeed } from '../../../../shared/indicators/feed-item.ts';
import { decodeFeed, unreadable } from '../formats/decode-feed.ts';
import { fromCsv } from '../formats/from-csv.ts';
import { fromList } from '../formats/from-list.ts';
import { fromStix } from '../formats/from-stix.ts';
import { requireValues } from '../formats/require-values.ts';

/** Reads a feed's source over the network. A source that cannot be read, whatever the reason, is `unreadable` with its place. */
export type ReadSource = (source: FeedSource) => Promise<ParsedFeed>;

/** The largest public feeds have a few MiB; an instance has 512. In bytes. */
const maxSourceBytes = 32 * 1024 * 1024;
const timeoutMs = 60_000;

type EgressFailure = Extract<EgressResult, { readonly ok: false }>;

export interface ReadSourceOptions {
  readonly egress: Pick<Egress, 'get'>;
  readonly readSecret: ReadSecret;
  readonly now: Clock;
}

/** Makes the reader; `secretName` of a source is sent whole as its `Authorization` header. */
export function createReadSource({ egress, readSecret, now }: ReadSourceOptions): ReadSource {
  return async (source) => {
    if (!('url' in source)) return unreadable('source', `A feed of kind ${source.kind} has nothing to read.`);
    const authorization = source.secretName === undefined ? undefined : await readSecret(source.secretName);
    if (source.secretName !== undefined && authorization === undefined) {
      return unreadable('source', `Key Vault has no secret ${source.secretName}.`);
    }
    const headers = authorization === undefined ? {} : { authorization };
    const got = await egress.get(source.url, { maxBytes: maxSourceBytes, timeoutMs, headers });
    if (!got.ok) return unreadable('source', explain(got));
    // What nobody asked for: 304 has no body, and 206 is a part, which would look like a feed that shrank.
    if (got.status === 206 || got.status === 304)
      return unreadable('source', `Answer ${got.status}: no whole document.`);
    const decoded = decodeFeed(got.body);
    return 'unreadable' in decoded ? decoded : parse(source, decoded.text, now());
  };
}

function explain({ detail, status = 0 }: EgressFailure): string {
  return status >= 300 && status < 400 ? `${detail} Redirects are not followed: give the address it leads to.` : detail;
}

function parse(source: FeedSource, text: string, nowMs: number): ParsedFeed {
  switch (source.kind) {
    case 'Stix':
      return fromStix(text, nowMs);
    case 'Csv':
      return requireValues(fromCsv(text, source, nowMs));
    case 'List':
      return requireValues(fromList(text, source, nowMs));
    case 'Taxii':
    case 'Misp':
    case 'Push':
      return unreadable('source', `This build does not read ${source.kind}.`);
  }
}
