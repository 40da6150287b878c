/** A key has at most 1 KiB, in UTF-16. */
const longestKey = 512;

/**
 * Whether the table service takes a text as a PartitionKey or RowKey. What it does not take it answers with 400, where Azurite
 * says that nothing is there: a path part that anybody may write must not become a key unseen.
 * A `%` would be allowed; but it is decoded twice on some ways there, and no key of ours has one.
 * Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
export function canBeKey(text: string): boolean {
  return text.length <= longestKey && !/[/\\#?%\p{Cc}]/u.test(text) && text.isWellFormed();
}
