/**
 * The plain contract that Gridbook is measured against: a transfer a transaction, two reads, two writes, and no other
 * rule. On the raw shim, which is the fastest way to write it.
 */
import { readFileSync } from 'node:fs';
import shim, { type ChaincodeResponse, type ChaincodeStub } from 'fabric-shim';

/** The package is one class with all this; its types say otherwise. */
interface PlainShim {
  success(payload?: Buffer): ChaincodeResponse;
  error(message: string): ChaincodeResponse;
  server(contract: object, options: object): { start(): Promise<void> };
}
const { success, error, server } = shim as unknown as PlainShim;

const balance = async (stub: ChaincodeStub, account: string): Promise<number> =>
  Number(Buffer.from(await stub.getState(account)).toString());

async function transfer(stub: ChaincodeStub, [from, to, text]: readonly string[]): Promise<void> {
  const amount = Number(text);
  const [has, gets] = [await balance(stub, from), await balance(stub, to)];
  if (!(amount > 0) || has < amount) throw new Error('refused');
  await stub.putState(from, Buffer.from(String(has - amount)));
  await stub.putState(to, Buffer.from(String(gets + amount)));
}

async function seed(stub: ChaincodeStub, [count, amount]: readonly string[]): Promise<void> {
  for (let i = 0; i < Number(count); i++) await stub.putState(`a${i}`, Buffer.from(amount));
}

const contract = {
  Init: () => Promise.resolve(success()),
  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    const [name, ...args] = stub.getStringArgs();
    try {
      await (name === 'seed' ? seed(stub, args) : transfer(stub, args));
      return success();
    } catch (thrown) {
      return error((thrown as Error).message);
    }
  },
};

const env = (name: string): string => process.env[name] ?? '';
await server(contract, {
  ccid: env('CHAINCODE_ID'),
  address: env('CHAINCODE_SERVER_ADDRESS'),
  tlsProps: { key: readFileSync(env('CHAINCODE_TLS_KEY')), cert: readFileSync(env('CHAINCODE_TLS_CERT')) },
}).start();
