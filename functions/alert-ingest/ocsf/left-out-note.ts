/** So many are named; of the others only their number is told. */
const namedInNote = 5;
const names = ['filePath', 'fileName', 'ipAddress', 'url', 'userPrincipalName', 'accountName'] as const;
const maxName = 200;

/** What is added to the description: whoever reads the alert in Defender is told what was neither searched for nor blocked. */
export function toLeftOutNote(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return '';
  const rest = leftOut.length - namedInNote;
  const named = leftOut.slice(0, namedInNote).join(', ');
  return `\n\nEvidence left out: ${named}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

/** What a person would call a piece of evidence; what has no name tells nothing. */
export function nameOf(draft: Readonly<Record<string, unknown>>): string | undefined {
  const { processId } = draft;
  const name = names.map((field) => draft[field]).find((value) => value !== undefined);
  if (name === undefined) return processId === undefined ? undefined : `process ${String(processId)}`;
  return String(name).slice(0, maxName).toWellFormed();
}
