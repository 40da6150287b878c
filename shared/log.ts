import type { Clock } from './clock.ts';

/** What a line of the log may carry: ids, numbers and codes. Never bodies, tokens, secrets, signatures, names of users or machines. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line per outcome; `event` is `noun.pastVerb` (`request.answered`). */
export interface Log {
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

/** `noun.pastVerb`. */
export type LogEvent = `${string}.${string}`;

type Level = 'info' | 'warn' | 'error';

/**
 * Creates the log: each call is one JSON line with `time`, `level`, `event` and the fields. An `Error` among the fields
 * becomes its name, message, stack and causes. Writing never throws: a field that cannot be written down is named instead.
 */
export function createLog(write: (line: string) => void, now: Clock): Log {
  const at =
    (level: Level) =>
    (event: LogEvent, fields: LogFields = {}): void => {
      const head = { time: new Date(now()).toISOString(), level, event };
      write(toLine({ ...fields, ...head }, head));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function toLine(all: LogFields, head: LogFields): string {
  try {
    return JSON.stringify({ ...head, ...all }, plain);
  } catch {
    return JSON.stringify({ ...head, unwritable: Object.keys(all).filter((name) => !(name in head)) });
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return cause === undefined ? { name, message, stack } : { name, message, stack, cause };
}
