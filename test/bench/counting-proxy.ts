import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Calls to table storage, and the rows that they wrote or named. */
export interface StorageCounts {
  readonly calls: number;
  readonly entities: number;
}

export interface CountingProxy {
  readonly port: number;
  /** What went through since the last time this was asked. */
  take(): StorageCounts;
  stop(): Promise<void>;
}

/** Starts a proxy in front of table storage that counts. A transaction is one call with as many entities as it has parts. */
export async function startCountingProxy(targetPort: number): Promise<CountingProxy> {
  const counts = { calls: 0, entities: 0 };
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      counts.calls += 1;
      counts.entities += entitiesOf(incoming.method ?? 'GET', incoming.url ?? '/', body);
      const { method, url: path, headers } = incoming;
      const forwarded = send({ host: '127.0.0.1', port: targetPort, method, path, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take: () => {
      const taken = { ...counts };
      counts.calls = 0;
      counts.entities = 0;
      return taken;
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function entitiesOf(method: string, url: string, body: Buffer): number {
  if (url.includes('/$batch')) return body.toString('latin1').match(/^(?:POST|PUT|MERGE|PATCH|DELETE) /gm)?.length ?? 0;
  return method === 'GET' ? 0 : 1;
}
