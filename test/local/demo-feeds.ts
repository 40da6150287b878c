import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A feed of the demo: where its bytes are, and the document that the app is given for it. */
export interface DemoFeed {
  readonly feedId: string;
  /** A local file, to be served over HTTP; empty when the source is a URL already. */
  readonly file: string;
  readonly url: string;
  toDocument(url: string): Record<string, unknown>;
}

const sharedFeeds = fileURLToPath(new URL('../../../shared/feeds/', import.meta.url));
const standardFeeds = ['amnesty-pegasus.stix2', 'tweetfeed-month.csv'].map((name) => `${sharedFeeds}${name}`);

/** The words that public CSV feeds use for types. */
const csvTypes = {
  ...{
    domain: 'DomainName',
    hostname: 'DomainName',
    url: 'Url',
    ip: 'IpAddress',
    ipv4: 'IpAddress',
    ipv6: 'IpAddress',
  },
  ...{ md5: 'FileMd5', sha1: 'FileSha1', sha256: 'FileSha256' },
};

/** The feeds to show: paths and URLs as given, or two real feeds that lie beside the repository. */
export function toDemoFeeds(given: readonly string[]): readonly DemoFeed[] {
  const places = given.length > 0 ? given : standardFeeds;
  const missing = places.filter((place) => !isUrl(place) && !existsSync(place));
  if (missing.length > 0) {
    throw new Error(
      `Not there: ${missing.join(', ')}. Give files or URLs: npm run demo -- feed.csv https://feeds.example/list.txt`,
    );
  }
  return places.map((place) => {
    const name = basename(isUrl(place) ? new URL(place).pathname : place);
    const feedId =
      name
        .toLowerCase()
        .replace(/\.[a-z0-9]+$/, '')
        .replace(/[^a-z0-9-]+/g, '-')
        .slice(0, 40) || 'feed';
    return {
      feedId,
      ...(isUrl(place) ? { file: '', url: place } : { file: place, url: '' }),
      toDocument: (url) => ({ displayName: feedId, source: { url, ...toSource(name, firstLineOf(place)) } }),
    };
  });
}

function isUrl(place: string): boolean {
  return /^https?:\/\//.test(place);
}

function firstLineOf(place: string): string {
  return isUrl(place) ? '' : (readFileSync(place, 'utf8').split('\n', 1)[0] ?? '');
}

/** How to read it, from the file's name and, for CSV, whether its first line names columns. */
function toSource(name: string, firstLine: string): Record<string, unknown> {
  if (/\.(stix2?|json)$/i.test(name)) return { kind: 'Stix' };
  if (!/\.csv$/i.test(name)) return { kind: 'List' };
  const names = firstLine.trim().split(',');
  const valueName = names.find((each) => /^(value|indicator|ioc)$/i.test(each));
  const typeName = names.find((each) => /^type$/i.test(each));
  return valueName && typeName
    ? { kind: 'Csv', header: true, columns: { value: valueName, type: typeName }, types: csvTypes }
    : { kind: 'Csv', header: false, columns: { value: 3, type: 2, description: 4 }, types: csvTypes };
}
