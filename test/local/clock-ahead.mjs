// Loaded into a process of the app that is to live later than the others: a lease or a window has ended without anybody waiting.
// Or at one moment, for which it has all the time that the machine takes.
const { CLOCK_AHEAD_MS = 0, CLOCK_AT_MS } = process.env;
const now = Date.now;
Date.now = CLOCK_AT_MS === undefined ? () => now() + Number(CLOCK_AHEAD_MS) : () => Number(CLOCK_AT_MS);
