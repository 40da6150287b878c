import { Pool } from 'undici';

/** One request of a load; its number makes it unlike the others. */
export type RequestOf = (number: number) => {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export interface Load {
  readonly origin: string;
  readonly connections: number;
  readonly requests: number;
  readonly requestOf: RequestOf;
  /** The status that counts as a success; any other ends the run. */
  readonly status: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends a bounded number of requests over so many connections, each its next one when the last was answered. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const pool = new Pool(load.origin, { connections: load.connections, pipelining: 1 });
  const latencies: number[] = [];
  let next = 0;
  const connection = async (): Promise<void> => {
    while (next < load.requests) {
      const started = performance.now();
      const { statusCode, body } = await pool.request({ method: 'POST', ...load.requestOf((next += 1)) });
      const text = await body.text();
      if (statusCode !== load.status) throw new Error(`answered ${statusCode}: ${text}`);
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: load.connections }, connection));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  return { perSecond: load.requests / seconds, p50Ms: at(latencies, 0.5), p99Ms: at(latencies, 0.99) };
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The number below which so large a share of them lies. */
export function percentile(values: readonly number[], share: number): number {
  return at(
    [...values].sort((a, b) => a - b),
    share,
  );
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
