import type { FeedRejectCode } from '../../../shared/contract/feed.ts';
import type { ParsedFeed } from '../../../shared/indicators/feed-item.ts';
import { unreadable } from './decode-feed.ts';

/** What a document is refused with that is not what its feed says: no value of it can be read. */
const formCodes: readonly FeedRejectCode[] = ['unreadable', 'unsupported_type', 'unsupported_pattern', 'invalid_value'];

/** A document in which not one value could be read is another document: an error page, or one of another format. */
export function requireValues(parsed: ParsedFeed): ParsedFeed {
  if (
    'unreadable' in parsed ||
    parsed.items.length > 0 ||
    !parsed.rejects.every(({ code }) => formCodes.includes(code))
  )
    return parsed;
  const [first] = parsed.rejects;
  if (first === undefined) return parsed;
  const detail = `Not one of ${parsed.read} values can be read; the first: ${first.detail}`;
  return unreadable(first.place, detail);
}
