/** 100 nanoseconds since 1970, the precision of an event's time: a JavaScript date would lose four digits. */
export type Ticks = bigint;

export const ticksPerMs = 10_000n;

/** ISO 8601, or a date alone; without a zone it is UTC. Undefined when it is no time. */
export function toTicks(text: string): Ticks | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,7})\d*)?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const [, date = '', time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const atMs = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(atMs) ? undefined : BigInt(atMs) * ticksPerMs + BigInt(fraction.padEnd(7, '0'));
}

/** With seven digits after the point, as the service prints the time of an event. */
export function toTimeText(ticks: Ticks): string {
  const fraction = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n;
  const whole = new Date(Number((ticks - fraction) / ticksPerMs)).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(7, '0')}Z`;
}

/** The same text for the same moment, however many digits it was written with. Throws when it is no time. */
export function toSevenDigits(text: string): string {
  const ticks = toTicks(text);
  if (ticks === undefined) throw new RangeError(`${JSON.stringify(text)} is no time.`);
  return toTimeText(ticks);
}
