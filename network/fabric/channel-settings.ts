/** The channel as it begins: who takes part, by which rules, and how its blocks are agreed on. */
import { join } from 'node:path';
import type { Layout } from './layout.js';
import { ORDERER_ORGANISATION, type Consensus, type NetworkPlan } from './plan.js';

export const quoted = (path: string): string => JSON.stringify(path);

/** How long a lone command waits for company; a large batch is cut at once (measured). */
const COMPANY = '10ms';

const policies = (organisation: string, writers: readonly string[] = [organisation]): string => `    Policies:
      Readers: {Type: Signature, Rule: "OR('${organisation}.member')"}
      Writers: {Type: Signature, Rule: "OR(${writers.map((name) => `'${name}.member'`).join(', ')})"}
      Admins: {Type: Signature, Rule: "OR('${organisation}.admin')"}
      Endorsement: {Type: Signature, Rule: "OR('${organisation}.peer')"}
`;

const IMPLIED = `Readers: {Type: ImplicitMeta, Rule: "ANY Readers"}
        Writers: {Type: ImplicitMeta, Rule: "ANY Writers"}
        Admins: {Type: ImplicitMeta, Rule: "MAJORITY Admins"}`;

export function channelSettings(layout: Layout, plan: NetworkPlan, guests: readonly string[] = []): string {
  const { host } = plan;
  const organisations = plan.organisations.map(
    ({ name, peers }, i) => `  - &organisation${i}
    Name: ${name}
    ID: ${name}
    MSPDir: ${quoted(join(layout.organisation(name), 'msp'))}
${policies(name, i === 0 ? [name, ...guests] : [name])}    AnchorPeers: [{Host: "${host}", Port: ${peers[0].port}}]
`,
  );
  const addresses = plan.orderers.map(({ port }) => `"${host}:${port}"`).join(', ');
  const endpoints = `    OrdererEndpoints: [${addresses}]\n`;
  // Known to the channel beside the orderers: they count in no majority of those that endorse.
  const strangers = guests.map(
    (name, i) => `  - &guest${i}
    Name: ${name}
    ID: ${name}
    MSPDir: ${quoted(join(layout.organisation(name), 'msp'))}
${policies(name)}${endpoints}`,
  );
  return `Organizations:
  - &orderers
    Name: ${ORDERER_ORGANISATION}
    ID: ${ORDERER_ORGANISATION}
    MSPDir: ${quoted(join(layout.organisation(ORDERER_ORGANISATION), 'msp'))}
${policies(ORDERER_ORGANISATION)}${endpoints}${[...organisations, ...strangers].join('')}Profiles:
  Network:
    Policies:
        ${IMPLIED}
    Capabilities: {V3_0: true}
    Orderer:
      BatchTimeout: ${COMPANY}
      BatchSize: {MaxMessageCount: 500, AbsoluteMaxBytes: 64 MB, PreferredMaxBytes: 64 KB}
${CONSENSUS[plan.consensus](layout, plan)}      Organizations: [${['orderers', ...guests.map((_, i) => `guest${i}`)].map((name) => `*${name}`).join(', ')}]
      Policies:
        ${IMPLIED}
        BlockValidation: {Type: ImplicitMeta, Rule: "ANY Writers"}
      Capabilities: {V2_0: true}
    Application:
      Organizations: [${plan.organisations.map((_, i) => `*organisation${i}`).join(', ')}]
      Policies:
        LifecycleEndorsement: {Type: ImplicitMeta, Rule: "MAJORITY Endorsement"}
        Endorsement: {Type: ImplicitMeta, Rule: "MAJORITY Endorsement"}
        ${IMPLIED}
      Capabilities: {V2_5: true}
`;
}

/** How the orderers agree on blocks. */
const CONSENSUS: Readonly<Record<Consensus, (layout: Layout, plan: NetworkPlan) => string>> = {
  raft: (layout, plan) => `      OrdererType: etcdraft
      EtcdRaft:
        Consenters:
${consenters(layout, plan, () => '').join('')}        Options: {TickInterval: 100ms, ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: 64 MB}
`,
  // Which orderers must sign a block, configtxgen derives from the mapping. A leader that is silent is replaced within
  // seconds; Fabric's own values take more than a minute.
  bft: (layout, plan) => `      OrdererType: BFT
      ConsenterMapping:
${consenters(layout, plan, (i, folder) => `ID: ${i + 1}, MSPID: ${ORDERER_ORGANISATION}, Identity: ${quoted(join(folder, 'msp', 'signcerts', 'cert.pem'))}, `).join('')}      SmartBFT:
        RequestBatchMaxInterval: ${COMPANY}
        RequestPoolSize: 10000
        IncomingMessageBufferSize: 1000
        RequestForwardTimeout: 1s
        RequestComplainTimeout: 4s
        RequestAutoRemoveTimeout: 3m
        ViewChangeResendInterval: 1s
        ViewChangeTimeout: 5s
        LeaderHeartbeatTimeout: 5s
        LeaderHeartbeatCount: 10
        CollectTimeout: 1s
`,
};

/** A line an orderer: where it is, and by which certificates the others know it. */
const consenters = (
  layout: Layout,
  { host, orderers }: NetworkPlan,
  known: (i: number, folder: string) => string,
): string[] =>
  orderers.map((orderer, i) => {
    const { folder } = layout.orderer(orderer);
    const certificate = quoted(join(folder, 'tls', 'cert.pem'));
    return `        - {${known(i, folder)}Host: "${host}", Port: ${orderer.port}, ClientTLSCert: ${certificate}, ServerTLSCert: ${certificate}}\n`;
  });
