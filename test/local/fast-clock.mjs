// Loaded into a process whose time runs faster, or ahead: leases, backoff and the windows of Defender's limits pass without
// anybody waiting. Waiting by `node:timers/promises` is as much shorter; timeouts of calls stay the machine's own.
import timers from 'node:timers/promises';

const { CLOCK_START_MS = 0, CLOCK_SPEED = 1, CLOCK_AHEAD_MS = 0 } = process.env;
const now = Date.now;
Date.now = () =>
  Math.floor(Number(CLOCK_START_MS) + (now() - Number(CLOCK_START_MS)) * Number(CLOCK_SPEED) + Number(CLOCK_AHEAD_MS));

const wait = timers.setTimeout;
timers.setTimeout = (ms = 1, ...rest) => wait(ms / Number(CLOCK_SPEED), ...rest);
