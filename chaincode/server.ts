/** Serves the chaincode to a peer: one process an organisation, started and ended by the network's commands. */
import shim, { type ChaincodeInterface } from 'fabric-shim';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import loggers from 'fabric-shim/lib/logger.js';
import { contractOf } from './contract.js';
import { serveHealth } from './health.js';
import { gridbookChaincode } from './index.js';
import { Intake } from './intake.js';
import type { Chaincode } from './kernel/state-port.js';
import { BytesSerializer, CONTRACT_METADATA } from './metadata.js';

export interface ServerOptions {
  /** Package id under which the peer knows it. */
  readonly packageId: string;
  /** Host and port to listen on. */
  readonly address: string;
  /** TLS key and certificate, PEM. */
  readonly key: Buffer;
  readonly certificate: Buffer;
  /** Host and port where its health is asked for; nowhere without it. */
  readonly healthAddress?: string;
  /** What is served; by default Gridbook's. */
  readonly chaincode?: Chaincode;
}

export interface ChaincodeServer {
  /** Answers what is in hand, takes nothing more, and lets go of the peers. */
  finish(): Promise<void>;
}

/** Of the shim: what is told of each message that is sent or comes. */
const TALKATIVE = [
  'lib/handler.js',
  'lib/stub.js',
  'lib/chaincode.js',
  'contracts-spi/chaincodefromcontract.js',
];

/** What is not to be told is not put into words: the shim's loggers write every line before they look at their level. */
function quieten(): void {
  for (const name of TALKATIVE) {
    const logger = loggers.getLogger(name);
    for (const level of ['debug', 'info'] as const)
      if (!logger.isLevelEnabled(level)) logger[level] = () => undefined;
  }
}

/** A transaction's arguments arrive twice in one message. */
const LARGE = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/** The package is one class with all this; its types say otherwise, and its server has no end but gRPC's own. */
interface Shim {
  server(
    chaincode: ChaincodeInterface,
    options: object,
  ): { start(): Promise<void>; readonly _server: { tryShutdown(done: () => void): void } };
}

export async function serveChaincode(options: ServerOptions): Promise<ChaincodeServer> {
  const { packageId, address, key, certificate, healthAddress, chaincode = gridbookChaincode() } = options;
  quieten();
  const contract = contractOf(chaincode, (error) => console.error(error));
  const serializers = { transaction: 'bytes', serializers: { bytes: BytesSerializer } };
  const intake = new Intake(new ChaincodeFromContract([contract], serializers, CONTRACT_METADATA));
  const tlsProps = { key, cert: certificate };
  const server = (shim as unknown as Shim).server(intake, { ccid: packageId, address, tlsProps, ...LARGE });
  await server.start();
  const health = healthAddress === undefined ? undefined : await serveHealth(healthAddress, intake);
  return {
    finish: async () => {
      await intake.finish();
      health?.close();
      // Ends once every peer has what was written.
      await new Promise<void>((resolve) => server._server.tryShutdown(resolve));
    },
  };
}
