import { isRefused } from '../errors.ts';
import { brokenList, toNextPage } from './next-page.ts';
import type { Page } from './next-page.ts';

/** Every entry of a collection. Complete, or it throws: that there is nothing (404) is an answer to the first page alone. */
export async function readAllPages<T>(
  firstUrl: string,
  readPage: (url: string) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const entries: T[] = [];
  const visited: string[] = [];
  for (let url: string | undefined = firstUrl; url !== undefined;) {
    visited.push(url);
    const page = await readPage(url).catch((error: unknown) => {
      throw visited.length > 1 && isRefused(error, 404) ? brokenList('leads nowhere', error) : error;
    });
    for (const entry of page.value) entries.push(entry);
    url = toNextPage(visited, page['@odata.nextLink']);
  }
  return entries;
}
