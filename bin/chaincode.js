#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { serveChaincode } from '../dist/chaincode/server.js';

const { CHAINCODE_ID, CHAINCODE_SERVER_ADDRESS, CHAINCODE_TLS_KEY, CHAINCODE_TLS_CERT } = process.env;
await serveChaincode({
  packageId: CHAINCODE_ID,
  address: CHAINCODE_SERVER_ADDRESS,
  key: readFileSync(CHAINCODE_TLS_KEY),
  certificate: readFileSync(CHAINCODE_TLS_CERT),
});
