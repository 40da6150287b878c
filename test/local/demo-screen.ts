/** Prints a line. */
export const say = (text = ''): void => void process.stdout.write(`${text}\n`);

/** `1.6 s`, since a moment of `performance.now()`. */
export const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
