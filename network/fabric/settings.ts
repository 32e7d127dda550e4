/** Settings files of the nodes, and the channel's: complete, so that nothing of a machine's own reaches a node. */
import { join } from 'node:path';
import { channelSettings, quoted } from './channel-settings.js';
import { write } from './keys.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import { ORDERER_ORGANISATION, type NetworkPlan, type OrdererPlan } from './plan.js';
import type { Liberties, OrganisationPlan, PeerPlan } from './plan.js';

const NONE: Liberties = { anyTime: false, guests: [] };

export function writeSettings(layout: Layout, plan: NetworkPlan, { anyTime, guests } = NONE): void {
  if (plan.orderers.length > 0) {
    write(join(layout.channel, 'configtx.yaml'), channelSettings(layout, plan, guests));
  }
  for (const orderer of plan.orderers) {
    write(join(layout.orderer(orderer).folder, 'orderer.yaml'), ordererSettings(layout, plan, orderer));
  }
  for (const organisation of plan.organisations) {
    for (const peer of organisation.peers) {
      const { folder } = layout.peer(organisation, peer);
      write(join(folder, 'core.yaml'), peerSettings(layout, plan, { organisation, peer, anyTime }));
    }
  }
  writeBuilder(join(layout.builder, 'bin'));
}

/** Chaincode as a service: the peer is told where it listens, and builds nothing. */
function writeBuilder(folder: string): void {
  const scripts = {
    detect: `grep -q '"type": *"ccaas"' "$2/metadata.json"`,
    build: 'cp "$1/connection.json" "$3/"',
    release: 'mkdir -p "$2/chaincode/server" && cp "$1/connection.json" "$2/chaincode/server/"',
  };
  for (const [name, line] of Object.entries(scripts))
    write(join(folder, name), `#!/bin/sh\n${line}\n`, 0o700);
}

function peerSettings(
  layout: Layout,
  { host }: NetworkPlan,
  of: { readonly organisation: OrganisationPlan; readonly peer: PeerPlan; readonly anyTime: boolean },
): string {
  const { organisation, peer, anyTime } = of;
  const { name, peers } = organisation;
  const { folder, data } = layout.peer(organisation, peer);
  const address = `${host}:${peer.port}`;
  const tls = (file: string): string => `{file: ${quoted(join(folder, 'tls', file))}}`;
  return `peer:
  id: ${peer.name}.${name}
  networkId: gridbook
  address: ${address}
  listenAddress: ${address}
  chaincodeListenAddress: ${LOOPBACK}:0
  localMspId: ${name}
  localMspType: bccsp
  mspConfigPath: ${quoted(join(folder, 'msp'))}
  fileSystemPath: ${quoted(data)}
  tls: {enabled: true, cert: ${tls('cert.pem')}, key: ${tls('key.pem')}, rootcert: ${tls('ca.pem')}}
  gossip:
    bootstrap: ${host}:${peers[0].port}
    externalEndpoint: ${address}
    # Each peer fetches blocks from the orderers itself.
    orgLeader: true
    useLeaderElection: false
    # With slower ones the gateway finds no endorsing peers for seconds after a start.
    reconnectInterval: 300ms
    publishStateInfoInterval: 1s
    requestStateInfoInterval: 1s
    aliveTimeInterval: 1s
    aliveExpirationTimeout: 25s
    state: {enabled: false}
    # Private data are approvals alone, whose hashes are enough: a peer that comes empty does not wait for what is lost.
    pvtData: {pullRetryThreshold: 1s, pushAckTimeout: 3s, reconciliationEnabled: true}
  # Clients ping, to know a peer that is stopped from one that is idle.
  keepalive: {minInterval: 1s}
  # A silent endorser or orderer is given up on while the client still waits.
  gateway: {enabled: true, endorsementTimeout: 5s, broadcastTimeout: 1500ms}
  deliveryclient: {blockGossipEnabled: false, policy: cluster}
  BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
  handlers:
    # Without these a peer silently checks neither certificates' ends nor the time of a proposal.
    authFilters: [{name: DefaultAuth}, {name: ExpirationCheck}${anyTime ? '' : ', {name: TimeWindowCheck}'}]
    decorators: [{name: DefaultDecorator}]
    endorsers: {escc: {name: DefaultEndorsement}}
    validators: {vscc: {name: DefaultValidation}}
  discovery: {enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75}
  limits: {concurrency: {endorserService: 2500, deliverService: 2500, gatewayService: 500}}
vm:
  endpoint: ""
chaincode:
  executetimeout: 30s
  externalBuilders: [{name: ccaas, path: ${quoted(layout.builder)}}]
  system: {_lifecycle: enable, cscc: enable, lscc: enable, qscc: enable}
ledger:
  state: {stateDatabase: goleveldb}
  history: {enableHistoryDatabase: false}
  snapshots: {rootDir: ${quoted(join(data, 'snapshots'))}}
operations:
  listenAddress: ${LOOPBACK}:${peer.operationsPort}
metrics:
  provider: disabled
`;
}

function ordererSettings(layout: Layout, { host }: NetworkPlan, orderer: OrdererPlan): string {
  const { folder, data } = layout.orderer(orderer);
  const [certificate, key, authority] = ['cert.pem', 'key.pem', 'ca.pem'].map((file) =>
    quoted(join(folder, 'tls', file)),
  );
  return `General:
  ListenAddress: ${host}
  ListenPort: ${orderer.port}
  LocalMSPID: ${ORDERER_ORGANISATION}
  LocalMSPDir: ${quoted(join(folder, 'msp'))}
  TLS: {Enabled: true, PrivateKey: ${key}, Certificate: ${certificate}, RootCAs: [${authority}]}
  # Peers ping every ten seconds.
  Keepalive: {ServerMinInterval: 5s}
  # An orderer that comes asks the others for what they have made meanwhile; by itself it would ask every five seconds.
  Cluster: {ReplicationRetryTimeout: 250ms}
FileLedger: {Location: ${quoted(data)}}
Consensus: {WALDir: ${quoted(join(data, 'wal'))}, SnapDir: ${quoted(join(data, 'snap'))}}
Operations: {ListenAddress: "${LOOPBACK}:${orderer.operationsPort}"}
Admin:
  ListenAddress: "${LOOPBACK}:${orderer.adminPort}"
  TLS: {Enabled: true, Certificate: ${certificate}, PrivateKey: ${key}, ClientRootCAs: [${authority}], ClientAuthRequired: true}
ChannelParticipation: {Enabled: true, MaxRequestBodySize: 1048576}
`;
}
