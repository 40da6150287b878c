import { toTime } from '../../../../shared/contract/primitives.ts';

/** One text field for a spread: nothing when it is empty, at most `length` UTF-16 units of it otherwise. */
export function cut<K extends string>(name: K, text: string, length: number): { readonly [P in K]?: string } {
  const trimmed = text.toWellFormed().trim();
  const shown = trimmed.length <= length ? trimmed : `${trimmed.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  return shown === '' ? {} : ({ [name]: shown } as { readonly [P in K]?: string });
}

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?\s*(Z|UTC|[+-]\d\d:?\d\d)?)?$/i;

/** A feed's time as the contract writes it, in whole seconds; without an offset it is UTC. `undefined` when it is no time. */
export function toFeedTime(text: string): string | undefined {
  const parts = timePattern.exec(text.trim());
  if (!parts) return undefined;
  const [, day = '', time = '00:00:00', , offset = 'Z'] = parts;
  const zone = /^(?:z|utc)$/i.test(offset) ? 'Z' : offset.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}${zone}`);
  return Number.isNaN(ms) || !isOnCalendar(day) ? undefined : toTime(ms);
}

/** JavaScript quietly makes 30 February 2 March. */
function isOnCalendar(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
