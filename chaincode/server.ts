/** Serves the chaincode to a peer: one process an organisation, started and ended by the network's commands. */
import shim from 'fabric-shim';
import { contractOf, type Shim } from './contract.js';
import { gridbookChaincode } from './index.js';
import type { Chaincode } from './kernel/state-port.js';

export interface ServerOptions {
  /** Package id under which the peer knows it. */
  readonly packageId: string;
  /** Host and port to listen on. */
  readonly address: string;
  /** TLS key and certificate, PEM. */
  readonly key: Buffer;
  readonly certificate: Buffer;
  /** What is served; by default Gridbook's. */
  readonly chaincode?: Chaincode;
}

/** A transaction's arguments arrive twice in one message. */
const LARGE = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

export async function serveChaincode({
  packageId,
  address,
  key,
  certificate,
  chaincode = gridbookChaincode(),
}: ServerOptions): Promise<void> {
  // The package is one class with all this; its types say otherwise.
  const all = shim as unknown as Shim & typeof shim.Shim;
  const contract = contractOf(chaincode, all, (error) => console.error(error));
  const tlsProps = { key, cert: certificate, clientCACerts: undefined as unknown as Buffer };
  await all.server(contract, { ccid: packageId, address, tlsProps, ...LARGE }).start();
}
