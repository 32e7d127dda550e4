/** A TCP link that can be held: nothing comes through, and nobody is told. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../../network/fabric/listen-address.js';

export class Forwarder {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** Connections that were made while the link was held. */
  private waiting: Socket[] = [];
  private held = false;

  private constructor(private readonly to: number) {
    this.server = createServer({ pauseOnConnect: true }, (socket) => {
      this.keep(socket);
      if (this.held) this.waiting.push(socket);
      else this.forward(socket);
    });
  }

  static async start(to: number): Promise<Forwarder> {
    const forwarder = new Forwarder(to);
    await new Promise<void>((resolve, reject) => {
      forwarder.server.once('error', reject);
      forwarder.server.listen(0, LOOPBACK, resolve);
    });
    return forwarder;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the forwarder does not listen');
    return address.port;
  }

  hold(): void {
    this.held = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.held = false;
    for (const socket of this.sockets) socket.resume();
    for (const socket of this.waiting) this.forward(socket);
    this.waiting = [];
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private forward(from: Socket): void {
    const to = connect(this.to, LOOPBACK);
    this.keep(to);
    this.carry(from, to);
    this.carry(to, from);
    from.resume();
  }

  /** Not a pipe: that would resume what is held. */
  private carry(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => void (this.held || from.resume()));
    });
    from.once('close', () => to.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
