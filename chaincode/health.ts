/** Tells whether a chaincode process is of use: `/healthz` answers 200 while a peer is connected, 503 with the reason else. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Intake } from './intake.js';

export async function serveHealth(address: string, intake: Intake): Promise<Server> {
  const at = address.lastIndexOf(':');
  const server = createServer((request, response) => {
    const { health, inHand } = intake;
    const status = request.url !== '/healthz' ? 404 : health === 'ok' ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(status === 404 ? '{}' : JSON.stringify({ status: health, inHand }));
  });
  server.listen(Number(address.slice(at + 1)), address.slice(0, at));
  await once(server, 'listening');
  return server;
}
