#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CHAINCODE, load } from './one-file.js';

const { serveChaincode } = load(CHAINCODE);

/** How long what is in hand may take after SIGTERM; whoever asked for the end waits a little longer. */
const FINISH_MS = 8_000;

const {
  CHAINCODE_ID,
  CHAINCODE_SERVER_ADDRESS,
  CHAINCODE_HEALTH_ADDRESS,
  CHAINCODE_TLS_KEY,
  CHAINCODE_TLS_CERT,
} = process.env;
const server = await serveChaincode({
  packageId: CHAINCODE_ID,
  address: CHAINCODE_SERVER_ADDRESS,
  healthAddress: CHAINCODE_HEALTH_ADDRESS,
  key: readFileSync(CHAINCODE_TLS_KEY),
  certificate: readFileSync(CHAINCODE_TLS_CERT),
});
process.once('SIGTERM', () => {
  setTimeout(() => process.exit(1), FINISH_MS).unref();
  void server.finish().then(() => process.exit(0));
});
