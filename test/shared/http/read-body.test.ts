import { once } from 'node:events';
import { Agent, createServer, request as sendRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RejectedInput } from '../../../shared/errors.ts';
import { readBody } from '../../../shared/http/read-body.http.ts';

const maxBytes = 64 * 1024;

/** A server that hands its requests on as the Functions library does with streaming on, and one connection to it, as a pool would use it. */
async function startReader(): Promise<
  (body: readonly Uint8Array[], headers?: Record<string, string>) => Promise<string>
> {
  const server = createServer((incoming, response) => {
    const { method = '', headers } = incoming;
    const init = { method, headers: headers as Record<string, string>, body: incoming, duplex: 'half' } as const;
    readBody(new Request('http://127.0.0.1/', init), maxBytes).then(
      (bytes) => response.end(String(bytes.byteLength)),
      (error: unknown) => response.end(error instanceof RejectedInput ? error.code : String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (body, headers = {}) => {
    const sent = sendRequest({ agent, port, host: '127.0.0.1', method: 'POST', headers });
    for (const chunk of body) sent.write(chunk);
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return (await answer.setEncoding('utf8').toArray()).join('');
  };
}

describe.each<[how: string, isAnnounced: boolean]>([
  ['in chunks', false],
  ['announced', true],
])('a body %s', (_how, isAnnounced) => {
  it.each([
    [maxBytes, String(maxBytes)],
    [maxBytes + 1, 'body_too_large'],
    [40 * maxBytes, 'body_too_large'],
  ])('of %i bytes: %s, and the connection serves the next request', async (size, answer) => {
    const send = await startReader();
    const body = Buffer.alloc(size);
    const chunks = Array.from({ length: Math.ceil(size / maxBytes) }, (_, i) =>
      body.subarray(i * maxBytes, (i + 1) * maxBytes),
    );
    expect(await send(chunks, isAnnounced ? { 'content-length': String(size) } : {})).toBe(answer);
    expect(await send([Buffer.from('{}')])).toBe('2');
  });
});
