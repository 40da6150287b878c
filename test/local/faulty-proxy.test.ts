import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom, startFaultyProxy } from './faulty-proxy.ts';
import type { FaultChances } from './faulty-proxy.ts';

const seen: string[] = [];
const target = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push(`${request.method} ${request.url} ${body}`);
    response.writeHead(201, { 'x-kept': 'yes' }).end(`got ${body}`);
  });
});
let targetPort = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  targetPort = (target.address() as AddressInfo).port;
});
afterAll(() => void target.close());

async function post(chances: Partial<FaultChances>, body: string): Promise<Response> {
  const proxy = await startFaultyProxy({ targetPort, seed: 1, chances, delayMs: 5 });
  try {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/table?a=1`, { method: 'POST', body });
    return new Response(await answer.text(), answer);
  } finally {
    await proxy.stop();
  }
}

test.each([
  ['without a fault', {}],
  ['after a delay', { delay: 1 }],
])('%s the exchange is whole', async (name, chances) => {
  const answer = await post(chances, name);
  expect([answer.status, answer.headers.get('x-kept'), await answer.text()]).toEqual([201, 'yes', `got ${name}`]);
});

test('a lost reply: the server did it', async () => {
  await expect(post({ loseReply: 1 }, 'lost')).rejects.toThrow('fetch failed');
  expect(seen).toContain('POST /table?a=1 lost');
});

test('a reset: the server never heard of it', async () => {
  await expect(post({ reset: 1 }, 'reset')).rejects.toThrow('fetch failed');
  expect(seen).not.toContain('POST /table?a=1 reset');
});

test('unavailable: 503, and the server never heard of it', async () => {
  expect((await post({ unavailable: 1 }, 'away')).status).toBe(503);
  expect(seen).not.toContain('POST /table?a=1 away');
});

test('faults come as often as said, and repeat with the seed', () => {
  const random = seededRandom(7);
  const again = seededRandom(7);
  const numbers = Array.from({ length: 10_000 }, random);
  expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, again));
  expect(numbers.filter((n) => n < 0.1).length).toBeGreaterThan(900);
  expect(numbers.filter((n) => n < 0.1).length).toBeLessThan(1_100);
});
