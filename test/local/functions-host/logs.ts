import type { LogLevel } from './messages.ts';

/** Writes what passes the host.json filter, one line each, as the host does on a console. */
export function createHostLog(options: HostLogOptions): HostLog {
  return (level, category, text) => {
    if (isLogged(options.logLevels, level, category)) {
      options.write(`[${new Date(options.now()).toISOString()}] ${text}\n`);
    }
  };
}

/** Of all names in `logLevels` that the category starts with the longest decides; else `default`; else Information. */
export function isLogged(logLevels: Readonly<Record<string, string>>, level: LogLevel, category: string): boolean {
  const name = Object.keys(logLevels)
    .filter((prefix) => category.toLowerCase().startsWith(prefix.toLowerCase()))
    .reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '');
  const least = logLevels[name] ?? logLevels['default'] ?? 'Information';
  return severity(level) >= severity(least) && level !== 'none';
}

export type HostLog = (level: LogLevel, category: string, text: string) => void;

export interface HostLogOptions {
  /** Category to least level, as in `logging.logLevel` of host.json. */
  readonly logLevels: Readonly<Record<string, string>>;
  readonly write: (text: string) => void;
  readonly now: () => number;
}

const severities = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

function severity(level: string): number {
  return severities.indexOf(level.toLowerCase());
}
