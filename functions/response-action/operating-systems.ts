/** On which operating systems an action runs. What a rule does not name, and what it names without a version, Defender judges. */
export interface OsRule {
  /** First version of Windows 10; Windows 11 is later than all of them. */
  readonly windows10: string;
  /** First Windows Server, by its year. */
  readonly server?: number;
  readonly linux: boolean;
  readonly macOS: boolean;
}

/** What a machine tells of its operating system, in Defender's words. */
export interface MachineOs {
  readonly osPlatform?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * Which actions need what (https://learn.microsoft.com/defender-endpoint/respond-machine-alerts, and the page of each call). Versions
 * of the agent are for Defender to judge.
 */
export const osRules = {
  fullIsolation: { windows10: '1703', linux: true, macOS: false },
  selectiveIsolation: { windows10: '1709', linux: false, macOS: false },
  restriction: { windows10: '1709', server: 2019, linux: false, macOS: false },
  scan: { windows10: '1709', linux: true, macOS: true },
  quarantine: { windows10: '1703', linux: false, macOS: false },
  liveResponse: { windows10: '1709', server: 2019, linux: true, macOS: true },
  offboarding: { windows10: '1703', server: 2012, linux: true, macOS: false },
} as const satisfies Readonly<Record<string, OsRule>>;

/** Whether an action with this rule runs on a machine, as far as the machine's record can tell. */
export function runsOn(rule: OsRule | undefined, { osPlatform = '', version }: MachineOs): boolean {
  const platform = osPlatform.toLowerCase();
  if (rule === undefined) return true;
  if (platform.startsWith('linux')) return rule.linux;
  if (platform.startsWith('macos')) return rule.macOS;
  if (platform.startsWith('windowsserver')) return isServerSince(rule.server, platform);
  if (platform.startsWith('windows10')) return isSince(rule.windows10, version);
  return !tooOld.some((name) => platform.startsWith(name));
}

/** Systems that no rule names. */
const tooOld = ['windows7', 'windows8', 'windowsxp', 'windowsvista', 'ios', 'android'];

function isServerSince(since: number | undefined, platform: string): boolean {
  const year = Number(/\d{4}/.exec(platform)?.[0] ?? Number.NaN);
  return since === undefined || Number.isNaN(year) || year >= since;
}

function isSince(since: string, version: string | undefined): boolean {
  const [first, held] = [toOrder(since), toOrder(version ?? '')];
  return first === undefined || held === undefined || held >= first;
}

/** Windows counts `1709`, `2004`, then `20H2`: year and month, or year and half. */
function toOrder(version: string): number | undefined {
  const [, year, part] = /^(\d\d)(\d\d|H[12])$/i.exec(version) ?? [];
  if (year === undefined || part === undefined) return undefined;
  const month = /^H/i.test(part) ? Number(part.slice(1)) * 6 : Number(part);
  return Number(year) * 100 + month;
}
