// Loaded into a process of the app that is to live later than the others: a lease or a window has ended without anybody waiting.
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const now = Date.now;
Date.now = () => now() + aheadMs;
