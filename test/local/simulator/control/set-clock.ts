import type { SimulatorClock } from '../clock.ts';

/** `{ "offsetMs" }` runs beside the real time, `{ "now" }` stands still there, `{ "advanceMs" }` moves either, `{}` is the real time. */
export function setClock(clock: SimulatorClock, order: Readonly<Record<string, unknown>>): { readonly now: string } {
  const { offsetMs, now, advanceMs } = order;
  if (typeof offsetMs === 'number') clock.setOffset(offsetMs);
  else if (typeof now === 'string' && !Number.isNaN(Date.parse(now))) clock.freeze(Date.parse(now));
  else if (typeof advanceMs === 'number') clock.advance(advanceMs);
  else if (Object.keys(order).length === 0) clock.reset();
  else throw new RangeError('The clock takes offsetMs, now, advanceMs, or nothing.');
  return { now: new Date(clock.now()).toISOString() };
}
