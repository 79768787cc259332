import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a server on which connections can be broken and slowed down. */
export interface UnsteadyProxy extends AsyncDisposable {
  readonly url: string;
  /** Resets every connection; new ones go through. @returns how many there were. */
  cut(): number;
  /** Holds back for so long whatever arrives, either way, until told otherwise. @param milliseconds 0 for nothing. */
  slow(milliseconds: number): void;
}

/** Listens on a free port of 127.0.0.1 and passes on to the server of a URL. */
export async function openUnsteadyProxy(url: string): Promise<UnsteadyProxy> {
  const target = new URL(url);
  const clients = new Set<Socket>();
  let delay = 0;
  /** Hands data on in its order, and reads no more while some is held back. */
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (data: Buffer) => {
      const write = (): void => {
        if (to.destroyed) return;
        if (to.write(data)) from.resume();
        else to.once('drain', () => from.resume());
      };
      from.pause();
      if (delay === 0) write();
      else setTimeout(write, delay);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    clients.add(client);
    client.on('close', () => clients.delete(client));
    pass(client, upstream);
    pass(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  const cut = (): number => {
    const count = clients.size;
    for (const client of clients) client.resetAndDestroy();
    return count;
  };
  return {
    // `nats://…` keeps its form without a path.
    url: own.href.replace(/\/$/, ''),
    cut,
    slow: (milliseconds) => void (delay = milliseconds),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
