import type { FeedRejectCode } from '../../../../shared/contract/feed.ts';
import type { ParsedFeed } from '../../../../shared/indicators/feed-item.ts';
import { unreadable } from './decode-feed.ts';

/** What is refused with one of these is no value; what has a type that is not mapped, say, is one, and a reject tells why it is none of ours. */
const formCodes: readonly FeedRejectCode[] = ['unreadable', 'invalid_value'];

/**
 * A text in which not one value could be read is another document: an error page, or one of another format. Not asked of STIX, which says
 * itself what it is: there a document of patterns that no indicator can say is one.
 */
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
