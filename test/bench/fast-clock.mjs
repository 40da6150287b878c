// Loaded into a process whose time runs faster: leases, backoff and the windows of Defender's limits pass without anybody waiting.
const startMs = Number(process.env.CLOCK_START_MS);
const speed = Number(process.env.CLOCK_SPEED);
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const now = Date.now;
Date.now = () => Math.floor(startMs + (now() - startMs) * speed + aheadMs);
