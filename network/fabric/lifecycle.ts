/** Fabric's chaincode lifecycle as ordinary proposals: join, install, approve, commit. */
import { peer } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import type { ChaincodePackage } from './package.js';
import { EndorsementError, type PeerClient } from './peer-client.js';
import { CHANNEL } from './plan.js';
import { Proposal, type Invocation } from './proposal.js';

const { lifecycle } = peer;

/** Joins a peer to the channel of a block, or finds that it has joined. */
export async function joinPeer(at: PeerClient, admin: ClientIdentity, block: Uint8Array): Promise<void> {
  try {
    await at.evaluate(admin, { channel: '', chaincode: 'cscc', args: ['JoinChain', block] });
  } catch (error) {
    if (!(error instanceof EndorsementError) || !/already exists/.test(error.message)) throw error;
  }
}

/** Channels that a peer has joined. */
export async function channelsOf(at: PeerClient, admin: ClientIdentity): Promise<readonly string[]> {
  const answer = await at.evaluate(admin, { channel: '', chaincode: 'cscc', args: ['GetChannels'] });
  return peer.ChannelQueryResponse.deserializeBinary(answer)
    .getChannelsList()
    .map((channel) => channel.getChannelId());
}

/** Installs a package; a peer that has it says so by the same id. */
export async function install(
  at: PeerClient,
  admin: ClientIdentity,
  { bytes, id }: ChaincodePackage,
): Promise<void> {
  const args = new lifecycle.InstallChaincodeArgs();
  args.setChaincodeInstallPackage(bytes);
  try {
    const answer = await at.evaluate(admin, ofLifecycle('', 'InstallChaincode', args.serializeBinary()));
    const installed = lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId();
    if (installed !== id) throw new Error(`the peer calls the chaincode package ${installed}, not ${id}`);
  } catch (error) {
    if (!(error instanceof EndorsementError) || !/already successfully installed/.test(error.message))
      throw error;
  }
}

const ofLifecycle = (channel: string, name: string, args: Uint8Array): Invocation => ({
  ...{ channel, chaincode: '_lifecycle', args: [name, args] },
});

/** What all organisations agree on. The rule of endorsement is the channel's: it follows who takes part. */
export interface Definition {
  readonly name: string;
  /** Version of the chaincode, for people and clients. */
  readonly version: string;
  /** Counts the definitions of a name, from 1. */
  readonly sequence: number;
}

/** A definition that the channel has, and who approved it. */
export interface CommittedDefinition extends Definition {
  readonly approvedBy: readonly string[];
}

interface DefinitionArgs {
  setSequence(value: number): void;
  setName(value: string): void;
  setVersion(value: string): void;
  setEndorsementPlugin(value: string): void;
  setValidationPlugin(value: string): void;
  setValidationParameter(value: Uint8Array): void;
  setInitRequired(value: boolean): void;
}

function define<T extends DefinitionArgs>(args: T, { name, version, sequence }: Definition): T {
  args.setSequence(sequence);
  args.setName(name);
  args.setVersion(version);
  args.setEndorsementPlugin('escc');
  args.setValidationPlugin('vscc');
  args.setValidationParameter(CHANNEL_RULE);
  args.setInitRequired(false);
  return args;
}

/** Peers of more than half of the organisations that take part in the channel. */
const CHANNEL_RULE = (() => {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference('/Channel/Application/Endorsement');
  return policy.serializeBinary();
})();

/** How many organisations must endorse. */
export const majority = (count: number): number => Math.floor(count / 2) + 1;

/** An organisation approves the definition, with its own package. */
export function approval(admin: ClientIdentity, packageId: string, definition: Definition): Proposal {
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = define(new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs(), definition);
  args.setSource(source);
  return new Proposal(
    admin,
    ofLifecycle(CHANNEL, 'ApproveChaincodeDefinitionForMyOrg', args.serializeBinary()),
  );
}

/** The definition becomes the channel's, once a majority approved it. */
export function commitment(admin: ClientIdentity, definition: Definition): Proposal {
  const args = define(new lifecycle.CommitChaincodeDefinitionArgs(), definition);
  return new Proposal(admin, ofLifecycle(CHANNEL, 'CommitChaincodeDefinition', args.serializeBinary()));
}

/** Organisations that approve a definition which is to be committed. */
export async function approvalsOf(
  at: PeerClient,
  admin: ClientIdentity,
  definition: Definition,
): Promise<readonly string[]> {
  const args = define(new lifecycle.CheckCommitReadinessArgs(), definition);
  const answer = await at.evaluate(
    admin,
    ofLifecycle(CHANNEL, 'CheckCommitReadiness', args.serializeBinary()),
  );
  const approvals = lifecycle.CheckCommitReadinessResult.deserializeBinary(answer).getApprovalsMap();
  return [...approvals.entries()].filter(([, approved]) => approved).map(([name]) => name);
}

/** The committed definition; undefined where there is none yet. */
export async function committedDefinition(
  at: PeerClient,
  admin: ClientIdentity,
  name: string,
): Promise<CommittedDefinition | undefined> {
  try {
    const query = definitionQuery(name);
    return definitionIn(name, await at.evaluate(admin, ofLifecycle(CHANNEL, query.call, query.args)));
  } catch (error) {
    if (error instanceof EndorsementError && /not defined/.test(error.message)) return undefined;
    throw error;
  }
}

/** The call by which a peer tells of a definition. */
export function definitionQuery(name: string): { readonly call: string; readonly args: Uint8Array } {
  const args = new lifecycle.QueryChaincodeDefinitionArgs();
  args.setName(name);
  return { call: 'QueryChaincodeDefinition', args: args.serializeBinary() };
}

/** The definition that its answer tells of. */
export function definitionIn(name: string, answer: Uint8Array): CommittedDefinition {
  const result = lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(answer);
  const approvals = [...result.getApprovalsMap().entries()].filter(([, approved]) => approved);
  return {
    ...{ name, version: result.getVersion(), sequence: result.getSequence() },
    approvedBy: approvals.map(([organisation]) => organisation),
  };
}
