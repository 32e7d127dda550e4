/**
 * Who orders: the channel's consenters, and the addresses at which transactions are given to orderers. Fabric takes one
 * consenter more, less or changed at a time. Each update is undefined where the channel is so already.
 */
import { common, orderer } from '@hyperledger/fabric-protos';
import { changedValue, updateOf } from './channel-config.js';
import { NetworkError } from './errors.js';
import type { Address } from './organisation-group.js';
import { ORDERER_ORGANISATION } from './plan.js';

const ORDERER = 'Orderer';
const CONSENSUS = 'ConsensusType';
const ENDPOINTS = 'Endpoints';

/** An orderer as the others know it. */
export interface Consenter extends Address {
  /** Its TLS certificate: by the key in it the others know it. */
  readonly certificatePem: string;
}

/** The update by which an orderer has a say, known by its certificate. */
export const admitting = (config: common.Config, newcomer: Consenter): common.ConfigUpdate | undefined =>
  ordering(config, ({ consenters, endpoints }) => {
    const there = consenters.find((each) => isAt(each, newcomer));
    const now = there && isOf(there, newcomer) ? there : consenterOf(newcomer);
    const all = there ? consenters.map((each) => (each === there ? now : each)) : [...consenters, now];
    return { consenters: all, endpoints };
  });

/** The update by which the orderer at an address has no say. */
export const dismissing = (config: common.Config, address: Address): common.ConfigUpdate | undefined =>
  ordering(config, ({ consenters, endpoints }) => ({
    consenters: consenters.filter((each) => !isAt(each, address)),
    endpoints,
  }));

/** The update by which peers give an orderer transactions: one without a say refuses them. */
export const announcing = (config: common.Config, { host, port }: Address): common.ConfigUpdate | undefined =>
  ordering(config, ({ consenters, endpoints }) => {
    const address = `${host}:${port}`;
    return { consenters, endpoints: endpoints.includes(address) ? endpoints : [...endpoints, address] };
  });

/** The update by which they no longer do. */
export const concealing = (config: common.Config, { host, port }: Address): common.ConfigUpdate | undefined =>
  ordering(config, ({ consenters, endpoints }) => ({
    consenters,
    endpoints: endpoints.filter((each) => each !== `${host}:${port}`),
  }));

/** Certificates of the consenters, PEM, by their addresses. */
export const consentersOf = (config: common.Config): readonly Consenter[] =>
  partsOf(config)
    .metadata.getConsentersList()
    .map((each) => ({
      ...{ host: each.getHost(), port: each.getPort() },
      certificatePem: Buffer.from(each.getServerTlsCert_asU8()).toString(),
    }));

const isAt = (consenter: orderer.etcdraft.Consenter, { host, port }: Address): boolean =>
  consenter.getHost() === host && consenter.getPort() === port;

const isOf = (consenter: orderer.etcdraft.Consenter, { certificatePem }: Consenter): boolean =>
  Buffer.from(consenter.getServerTlsCert_asU8()).equals(Buffer.from(certificatePem));

function consenterOf({ host, port, certificatePem }: Consenter): orderer.etcdraft.Consenter {
  const consenter = new orderer.etcdraft.Consenter();
  consenter.setHost(host);
  consenter.setPort(port);
  consenter.setClientTlsCert(Buffer.from(certificatePem));
  consenter.setServerTlsCert(Buffer.from(certificatePem));
  return consenter;
}

interface Ordering {
  readonly consenters: readonly orderer.etcdraft.Consenter[];
  readonly endpoints: readonly string[];
}

function ordering(
  config: common.Config,
  change: (before: Ordering) => Ordering,
): common.ConfigUpdate | undefined {
  const { group, members, consensus, metadata, consensusValue, endpointsValue } = partsOf(config);
  const addresses = common.OrdererAddresses.deserializeBinary(endpointsValue.getValue_asU8());
  const before = { consenters: metadata.getConsentersList(), endpoints: addresses.getAddressesList() };
  const { consenters, endpoints } = change(before);
  const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
    a.length === b.length && a.every((each) => b.includes(each));
  const isConsensusSame = isSame(before.consenters, consenters);
  const isEndpointsSame = isSame(before.endpoints, endpoints);
  if (isConsensusSame && isEndpointsSame) return undefined;
  metadata.setConsentersList([...consenters]);
  consensus.setMetadata(metadata.serializeBinary());
  addresses.setAddressesList([...endpoints]);
  return updateOf(config, ORDERER, (part, isWritten) => {
    part.setVersion(group.getVersion());
    const organisation = new common.ConfigGroup();
    organisation.setVersion(members.getVersion());
    part.getGroupsMap().set(ORDERER_ORGANISATION, organisation);
    if (!isWritten) return;
    if (!isConsensusSame)
      part.getValuesMap().set(CONSENSUS, changedValue(consensusValue, consensus.serializeBinary()));
    if (!isEndpointsSame)
      organisation.getValuesMap().set(ENDPOINTS, changedValue(endpointsValue, addresses.serializeBinary()));
  });
}

function partsOf(config: common.Config) {
  const group = config.getChannelGroup()?.getGroupsMap().get(ORDERER);
  const members = group?.getGroupsMap().get(ORDERER_ORGANISATION);
  const consensusValue = group?.getValuesMap().get(CONSENSUS);
  const endpointsValue = members?.getValuesMap().get(ENDPOINTS);
  if (!group || !members || !consensusValue || !endpointsValue)
    throw new NetworkError(`the channel has no orderers of ${ORDERER_ORGANISATION}`);
  const consensus = orderer.ConsensusType.deserializeBinary(consensusValue.getValue_asU8());
  const metadata = orderer.etcdraft.ConfigMetadata.deserializeBinary(consensus.getMetadata_asU8());
  return { group, members, consensus, metadata, consensusValue, endpointsValue };
}
