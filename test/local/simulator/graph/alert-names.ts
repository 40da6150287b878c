/** Names of Defender's API → names of Graph's, where they differ by more than their first letter. */
const sources: Readonly<Record<string, string>> = {
  WindowsDefenderAtp: 'microsoftDefenderForEndpoint',
  WindowsDefenderAv: 'antivirus',
  CustomerTI: 'customTi',
};

/** Graph's first name is what it returns; the other one it takes as well. */
const determinations: readonly (readonly [defender: string, ...graph: readonly [string, ...string[]]])[] = [
  ['MultiStagedAttack', 'multiStagedAttack'],
  ['MaliciousUserActivity', 'maliciousUserActivity'],
  ['CompromisedUser', 'compromisedUser', 'compromisedAccount'],
  ['Malware', 'malware'],
  ['Phishing', 'phishing'],
  ['UnwantedSoftware', 'unwantedSoftware'],
  ['SecurityTesting', 'securityTesting'],
  ['LineOfBusinessApplication', 'lineOfBusinessApplication'],
  ['ConfirmedUserActivity', 'confirmedUserActivity', 'confirmedActivity'],
  ['ConfirmedActivity', 'confirmedUserActivity', 'confirmedActivity'],
  ['Clean', 'clean', 'notMalicious'],
  ['NotMalicious', 'clean', 'notMalicious'],
  ['InsufficientData', 'insufficientData'],
  ['Other', 'other'],
];

/** What Graph takes for a status, a classification and a determination. */
export const graphNames = {
  status: ['new', 'inProgress', 'resolved'],
  classification: ['unknown', 'falsePositive', 'truePositive', 'informationalExpectedActivity'],
  determination: ['unknown', ...new Set(determinations.flatMap(([, ...names]) => names))],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export function toGraphSource(source: string): string {
  return sources[source] ?? decapitalised(source);
}

/** Nothing is `unknown`. */
export function toGraphName(name: string | null): string {
  return name === null || name === 'UnSpecified' ? 'unknown' : decapitalised(name);
}

export function toGraphDetermination(determination: string | null): string {
  return determinations.find(([name]) => name === determination)?.[1] ?? toGraphName(determination);
}

/** `unknown` is nothing. */
export function fromGraphName(name: string): string | null {
  return name === 'unknown' ? null : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export function fromGraphDetermination(name: string): string | null {
  return determinations.find(([, ...names]) => names.includes(name))?.[0] ?? fromGraphName(name);
}

function decapitalised(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}
