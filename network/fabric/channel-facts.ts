/** What a channel's peers tell of it, and what is made of it when a ledger is opened. */
import type { Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { CONTRACT_VERSION } from '../../schema/contract.js';
import { GridbookError } from '../../schema/errors.js';
import type { Clients } from './clients.js';
import { NetworkError } from './errors.js';
import { definitionIn, definitionQuery } from './lifecycle.js';
import { pause } from './pause.js';
import { CHANNEL, type NetworkPlan, type OrganisationPlan, type PeerPlan } from './plan.js';
import { verdictOf } from './retry.js';

/** How long one of an organisation's peers is waited for. */
const ANSWER_MS = 5_000;
const AGAIN_MS = 100;

/** Why a ledger is not opened, for its operator. */
export function whyNotOpen({ organisations: [{ name, role }] }: NetworkPlan, error: Error): NetworkError {
  if (error instanceof NetworkError) return error;
  if (error instanceof GridbookError && error.code === 'LEDGER_UNAVAILABLE')
    return new NetworkError(
      `no peer of ${name} answers: \`gridbook network status\` tells which run, \`gridbook network up\` starts what is missing`,
      { cause: error },
    );
  const isRefused = error instanceof GridbookError && error.code === 'FORBIDDEN';
  const what = isRefused
    ? `the channel does not know the certificate of ${role} of ${name}: it was revoked, or ${name} takes no part`
    : `the network does not answer: ${error.message}`;
  return new NetworkError(what, { cause: error });
}

/** What a peer keeps beside a block, hex. */
export function commitHashOf(block: common.Block): string {
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const kept = metadata[common.BlockMetadataIndex.COMMIT_HASH] ?? new Uint8Array(0);
  return Buffer.from(common.Metadata.deserializeBinary(kept).getValue_asU8()).toString('hex');
}

/** What one of an organisation's peers answers; each is asked until one does, where what failed may pass. */
export async function anyOf<T>({ peers }: OrganisationPlan, ask: (peer: PeerPlan) => Promise<T>): Promise<T> {
  const end = performance.now() + ANSWER_MS;
  for (let turn = 0; ; turn++) {
    try {
      return await ask(peers[turn % peers.length]);
    } catch (error) {
      if (error instanceof NetworkError) throw error;
      const { refusal } = verdictOf('evaluate', error);
      if (refusal.code !== 'LEDGER_UNAVAILABLE' || performance.now() > end) throw refusal;
      await pause(AGAIN_MS, new AbortController().signal);
    }
  }
}

/** Version of the chaincode that the channel has agreed on. */
export async function versionAt(network: Network, chaincode: string): Promise<string> {
  const { call, args } = definitionQuery(chaincode);
  const answer = await network.getContract('_lifecycle').evaluate(call, { arguments: [args] });
  return definitionIn(chaincode, answer).version;
}

/** What the channel runs must speak the language of this client. */
export function requireVersion(version: string): void {
  if (version === CONTRACT_VERSION) return;
  throw new NetworkError(
    `the channel runs version ${version} of the chaincode, and this is version ${CONTRACT_VERSION}; \`gridbook network upgrade\` brings a channel up to date`,
  );
}

/** Blocks that a peer has. */
export async function heightAt(clients: Clients, plan: NetworkPlan, peer: PeerPlan): Promise<number> {
  const network = await clients.network(plan.organisations[0], peer);
  const info = await network.getContract('qscc').evaluateTransaction('GetChainInfo', CHANNEL);
  return common.BlockchainInfo.deserializeBinary(info).getHeight();
}
