/** The time as a value: milliseconds since the Unix epoch. Made once, in `functions/main.ts`; tests hand in their own. */
export type Clock = () => number;
