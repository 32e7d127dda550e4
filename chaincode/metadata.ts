/** What the contract tells of itself, in the form of Fabric's contract metadata: `org.hyperledger.fabric:GetMetadata`. */
import {
  CONTRACT_NAME,
  CONTRACT_VERSION,
  HISTORY_END,
  PING,
  RECORDED,
  STATE,
  SUBMIT,
} from '../schema/contract.js';

const text = { type: 'string' };
const info = {
  title: 'Gridbook',
  description: 'Ledgers of energy trades, settled on metered facts.',
  version: CONTRACT_VERSION,
  license: { name: 'Apache-2.0' },
};

export const CONTRACT_METADATA = {
  $schema: 'https://hyperledger.github.io/fabric-chaincode-node/main/api/contract-schema.json',
  info,
  contracts: {
    [CONTRACT_NAME]: {
      name: CONTRACT_NAME,
      info,
      transactions: [
        {
          name: SUBMIT,
          tags: ['submitTx'],
          parameters: [
            { name: 'batch', description: 'Commands, encoded as PROTOCOL.md says.', schema: text },
          ],
        },
        {
          name: RECORDED,
          tags: ['submitTx'],
          parameters: [
            { name: 'batch', description: 'Commands, encoded as PROTOCOL.md says.', schema: text },
            {
              name: 'recordedMs',
              description: 'When another ledger recorded it, ms since 1970.',
              schema: text,
            },
          ],
        },
        {
          name: HISTORY_END,
          tags: ['submitTx'],
          parameters: [
            { name: 'lane', description: 'Lane whose history ends.', schema: text },
            { name: 'digest', description: 'Digest of the state that it comes to, hex.', schema: text },
          ],
        },
        {
          name: STATE,
          tags: [],
          parameters: [{ name: 'key', description: 'Key of a page.', schema: text }],
          returns: text,
        },
        { name: PING, tags: [], parameters: [], returns: text },
      ],
    },
    // Fabric's own: it answers this.
    'org.hyperledger.fabric': {
      name: 'org.hyperledger.fabric',
      info: { title: '', version: '' },
      transactions: [{ name: 'GetMetadata', returns: text }],
    },
  },
  components: { schemas: {} },
};

/**
 * Arguments and results are bytes. The contract API's own serialiser writes a batch as JSON text several times over,
 * which costs a twentieth of the whole transaction.
 */
export class BytesSerializer {
  toBuffer(result?: Uint8Array | string | object): Uint8Array | undefined {
    if (result === undefined || result instanceof Uint8Array) return result;
    return Buffer.from(typeof result === 'string' ? result : JSON.stringify(result));
  }

  /** What is checked against the schema is that there is a text. */
  fromBuffer(value: Uint8Array): { value: Uint8Array; validateData: string } {
    return { value, validateData: 'bytes' };
  }
}
