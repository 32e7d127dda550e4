/** Speaks to a network's nodes as a client that keeps to no rule. */
import { createHash } from 'node:crypto';
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import { Layout, readPlan, type NetworkPlan } from '../../network/fabric/index.js';
import { authorityOf } from '../../network/fabric/nodes.js';
import { OrdererClient } from '../../network/fabric/orderer-client.js';
import { PeerClient } from '../../network/fabric/peer-client.js';
import { CHAINCODE, CHANNEL, ordererAddresses, ORDERER_ORGANISATION } from '../../network/fabric/plan.js';
import { envelopeOf, headerOf, Proposal, type UnsignedProposal } from '../../network/fabric/proposal.js';

/** The first organisation's client, all peers, the first orderer. */
export class Wire {
  readonly identity: ClientIdentity;
  readonly peers: readonly PeerClient[];
  readonly orderer: OrdererClient;

  constructor(folder: string) {
    const layout = new Layout(folder);
    const plan = readPlan(layout) as NetworkPlan;
    const { organisations } = plan;
    const authority = (of: string): Buffer => Buffer.from(authorityOf(layout, of));
    const [{ name, role }] = organisations;
    this.identity = ClientIdentity.read(name, layout.identity(name, role));
    this.peers = organisations.map(
      (organisation) =>
        new PeerClient(`${plan.host}:${organisation.peers[0].port}`, authority(organisation.name)),
    );
    const [orderer] = ordererAddresses(plan);
    this.orderer = new OrdererClient(`${orderer.host}:${orderer.port}`, authority(ORDERER_ORGANISATION));
  }

  proposal(args: readonly (string | Uint8Array)[]): Proposal {
    return new Proposal(this.identity, { channel: CHANNEL, chaincode: CHAINCODE, args });
  }

  /** Every organisation's endorsement. */
  endorse(proposal: Proposal): Promise<peer.ProposalResponse[]> {
    return Promise.all(this.peers.map((at) => at.endorse(proposal)));
  }

  close(): void {
    this.orderer.close();
    for (const at of this.peers) at.close();
  }
}

/** An empty transaction that bears the id of another. */
export function withId(identity: ClientIdentity, transactionId: string): common.Envelope {
  const { header } = headerOf(identity, common.HeaderType.ENDORSER_TRANSACTION, CHANNEL);
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  channelHeader.setTxId(transactionId);
  header.setChannelHeader(channelHeader.serializeBinary());
  return envelopeOf(identity, header, new peer.Transaction().serializeBinary());
}

/** An endorsement of nothing, by the client that proposes. */
export const endorsedByItsMaker = (proposal: Proposal, identity: ClientIdentity): peer.ProposalResponse =>
  endorsementOf(proposal, identity);

/** What is endorsed; nothing where nothing is said. */
export interface Endorsed {
  readonly event?: Uint8Array;
  /** The chaincode that answered. */
  readonly chaincode?: string;
  /** Namespaces in each of which a key is written. */
  readonly writes?: readonly string[];
}

/** An endorsement by whoever signs it. */
export function endorsementOf(
  { bytes: proposed }: UnsignedProposal,
  identity: Pick<ClientIdentity, 'creator' | 'sign'>,
  { event, chaincode: named = CHAINCODE, writes = [] }: Endorsed = {},
): peer.ProposalResponse {
  const given = peer.Proposal.deserializeBinary(proposed);
  const header = common.Header.deserializeBinary(given.getHeader_asU8());
  const hash = createHash('sha256')
    .update(header.getChannelHeader_asU8())
    .update(header.getSignatureHeader_asU8())
    .update(given.getPayload_asU8());
  const chaincode = new peer.ChaincodeID();
  chaincode.setName(named);
  const answer = new peer.Response();
  answer.setStatus(200);
  const action = new peer.ChaincodeAction();
  action.setChaincodeId(chaincode);
  action.setResponse(answer);
  if (event) {
    const emitted = new peer.ChaincodeEvent();
    emitted.setPayload(event);
    action.setEvents(emitted.serializeBinary());
  }
  if (writes.length > 0) action.setResults(writtenIn(writes));
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(hash.digest());
  payload.setExtension$(action.serializeBinary());
  const bytes = payload.serializeBinary();
  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(identity.creator);
  endorsement.setSignature(identity.sign(Buffer.concat([bytes, identity.creator])));
  const response = new peer.ProposalResponse();
  response.setPayload(bytes);
  response.setEndorsement(endorsement);
  return response;
}

function writtenIn(namespaces: readonly string[]): Uint8Array {
  const { TxReadWriteSet, NsReadWriteSet, kvrwset } = ledger.rwset;
  const all = new TxReadWriteSet();
  for (const namespace of namespaces) {
    const write = new kvrwset.KVWrite();
    write.setKey('key');
    write.setValue(Buffer.from('value'));
    const set = new kvrwset.KVRWSet();
    set.addWrites(write);
    const of = new NsReadWriteSet();
    of.setNamespace(namespace);
    of.setRwset(set.serializeBinary());
    all.addNsRwset(of);
  }
  return all.serializeBinary();
}
