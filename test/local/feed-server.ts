import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { listen } from './listen.ts';

export interface FeedServer {
  readonly origin: string;
  /** Serves a file under a name, and gives its URL. */
  serve(name: string, file: string): string;
  stop(): Promise<void>;
}

/** Serves files over HTTP on the loopback address: the app reads its feeds over the network, as it does everywhere. */
export async function startFeedServer(port: number): Promise<FeedServer> {
  const files = new Map<string, string>();
  const server = createServer((request, response) => {
    const file = files.get(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)));
    if (file === undefined) return void response.writeHead(404).end();
    stat(file)
      .then(async ({ size }) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
        await pipeline(createReadStream(file), response);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server, { port });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    serve: (name, file) => {
      files.set(name, file);
      return `${origin}/${encodeURIComponent(name)}`;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
