import { parseNcrontab } from './ncrontab.ts';

/**
 * Reads the `schedule` of a timer: `%SETTING%` is looked up, then it is NCRONTAB or a time span.
 * Throws with the host's own words: the host then leaves this one function out and runs the others.
 */
export function readSchedule(schedule: string, settings: Readonly<Record<string, string>>): TimerSchedule {
  const text = resolveSettings(schedule, settings);
  const cron = parseNcrontab(text);
  if (cron) return { text, nextAfter: cron.nextAfter, isMonitored: !cron.isOftenerThanMinutely };
  const spanMs = parseTimeSpanMs(text);
  if (spanMs) return { text, nextAfter: (timeMs) => timeMs + spanMs, isMonitored: spanMs >= 60_000 };
  throw new Error(
    `The schedule expression '${text}' was not recognized as a valid cron expression or timespan string.`,
  );
}

export interface TimerSchedule {
  readonly text: string;
  nextAfter(timeMs: number): number | undefined;
  /** The host remembers last and next run, unless the schedule fires more than once a minute. */
  readonly isMonitored: boolean;
}

/** `hh:mm:ss`, `d.hh:mm:ss` or days; 24 or more in the first place of three are days, as .NET reads them. */
export function parseTimeSpanMs(text: string): number | undefined {
  if (/^\d{1,7}$/.test(text)) return Number(text) * dayMs;
  const match = /^(?:(\d{1,7})\.)?(\d{1,7}(?::\d{1,2}){1,3})(?:\.(\d{1,7}))?$/.exec(text);
  if (!match) return undefined;
  const parts = (match[2] ?? '').split(':').map(Number);
  const isDaysFirst = parts.length === 4 || (parts.length === 3 && match[1] === undefined && (parts[0] ?? 0) >= 24);
  if (isDaysFirst && match[1] !== undefined) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = isDaysFirst ? parts : [Number(match[1] ?? 0), ...parts];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return (
    days * dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.round(Number(`0.${match[3] ?? 0}`) * 1000)
  );
}

const dayMs = 24 * 60 * 60_000;

function resolveSettings(text: string, settings: Readonly<Record<string, string>>): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`'${whole}' does not resolve to a value.`);
    return value;
  });
}
