/** Whether this machine's clock agrees with what is stamped here: blocks and certificates. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { ClientIdentity } from './client-identity.js';
import { listed, type Finding } from './doctor-finding.js';
import type { CertificateTerm } from './doctor-keys.js';
import type { Layout } from './layout.js';
import { authorityOf, peerName } from './nodes.js';
import { PeerClient } from './peer-client.js';
import { CHANNEL, type NetworkPlan } from './plan.js';
import { runningPid } from './processes.js';

/** Peers refuse a transaction whose time is further off (TimeWindowCheck). */
const WINDOW_MS = 15 * 60_000;
/** Clocks are set by small steps all the time. */
const STEP_MS = 2_000;

export interface Stamps {
  readonly now: number;
  /** When the last block was made; undefined where there is none. */
  readonly lastBlock?: number;
  readonly certificates: readonly CertificateTerm[];
}

export function clockFinding({ now, lastBlock, certificates }: Stamps): Finding {
  const check = 'Clock';
  const early = certificates.filter(({ term }) => term !== undefined && term.notBefore > now);
  if (early.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `By this machine’s clock ${listed(early.map(({ file }) => file))} is not valid yet: set the clock.`,
    };
  }
  const ahead = (lastBlock ?? now) - now;
  if (ahead > STEP_MS) {
    const isRefused = ahead >= WINDOW_MS;
    return {
      ...{ check, verdict: isRefused ? 'problem' : 'warning' },
      sentence: `The clock is ${Math.ceil(ahead / 1000)} s behind the last block${isRefused ? ', and transactions are refused' : ''}: set the clock.`,
    };
  }
  const than =
    lastBlock === undefined ? 'any certificate' : `the last block (${new Date(lastBlock).toISOString()})`;
  return { check, verdict: 'ok', sentence: `The clock is not behind ${than}.` };
}

/** When the last block was made: as a running peer tells, or else when a peer last wrote to its blocks. */
export async function lastBlockTime(layout: Layout, plan: NetworkPlan): Promise<number | undefined> {
  const peers = plan.organisations.flatMap((organisation) =>
    organisation.peers.map((peer) => ({ organisation, peer })),
  );
  const running = peers.filter(
    ({ organisation, peer }) => runningPid(layout, peerName(organisation, peer)) !== undefined,
  );
  try {
    return await Promise.any(
      running.map(({ organisation, peer }) => toldBy(layout, organisation.name, `${plan.host}:${peer.port}`)),
    );
  } catch {
    // None runs, or none has a block.
  }
  const written = peers.flatMap(({ organisation, peer }) => {
    const { data } = layout.peer(organisation, peer);
    return blockFiles(join(data, 'ledgersData', 'chains', 'chains', CHANNEL));
  });
  return written.length === 0 ? undefined : Math.max(...written);
}

async function toldBy(layout: Layout, organisation: string, address: string): Promise<number> {
  const admin = ClientIdentity.read(organisation, layout.identity(organisation, 'admin'));
  const client = new PeerClient(address, Buffer.from(authorityOf(layout, organisation)));
  const ask = (...args: string[]): Promise<Buffer> =>
    client.evaluate(admin, { channel: CHANNEL, chaincode: 'qscc', args });
  try {
    const height = common.BlockchainInfo.deserializeBinary(await ask('GetChainInfo', CHANNEL)).getHeight();
    const block = common.Block.deserializeBinary(await ask('GetBlockByNumber', CHANNEL, String(height - 1)));
    const times = (block.getData()?.getDataList_asU8() ?? []).map(timeOf);
    return Math.max(...times);
  } finally {
    client.close();
  }
}

function timeOf(envelope: Uint8Array): number {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelope).getPayload_asU8(),
  );
  const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0);
  const time = common.ChannelHeader.deserializeBinary(header).getTimestamp();
  return (time?.getSeconds() ?? 0) * 1000;
}

function blockFiles(folder: string): number[] {
  try {
    return readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs);
  } catch {
    return [];
  }
}
