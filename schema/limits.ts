/** Every limit has a name and one place (K8). Bytes count UTF-8; counts are inclusive. */
export const LIMITS = {
  /** One command as canonical JSON. */
  commandBytes: 60_000,
  /** The arguments of one transaction. */
  argumentBytes: 2_000_000,
  /** One state value. */
  pageBytes: 64_000,
  /** The event of one transaction. */
  eventBytes: 2_000_000,
  /** One transaction with arguments, writes and event. */
  transactionBytes: 4_000_000,
  /** Commands in one batch. */
  batchCommands: 10_000,
  /** Buckets of the idempotency memory that one batch may touch (K1). */
  batchBuckets: 4,
  /** Parts of one bucket of the idempotency memory. */
  bucketParts: 32,
  /** Longest id that a client may name. */
  idLength: 64,
  /** Longest free text: a reason, a reference. */
  textLength: 200,
  /** Readings in one command. */
  readingsPerCommand: 1_500,
  /** Lines of one tariff version. */
  tariffLines: 24,
  /** Versions of one membership or preference that lie at hand; older ones lie in pages of their own. */
  versionsAtHand: 4,
  /** How far ahead a version or an agreement may start: 400 days; one dated further by mistake would bar all before it. */
  effectiveAheadMs: 400 * 86_400_000,
  /** Versions of one tariff. */
  tariffVersions: 256,
  /** Markets that use one tariff. */
  marketsPerTariff: 64,
  /** Proposals of one connection that wait for an answer. */
  proposalsPerConnection: 64,
  /** Account numbers that a network reserves at a time, so that its accounts lie together. */
  accountBlock: 128,
  /** How long after its settlement a receivable is due: 14 days. */
  receivableDueMs: 14 * 86_400_000,
  /** Nominations of one connection on one side (trade.md: up to three each way). */
  nominationsPerSide: 3,
  /** Accepted contracts of one connection on one side. */
  contractsPerSide: 32,
  /** Connections of a network. */
  metersPerNetwork: 100_000,
  /** Connections that settle in one transaction; more of them settle in parts of at most this many. */
  metersPerSettlement: 10_000,
  /** Connections and their agreements that settle in one transaction, so that its event never is too large. */
  linesPerSettlement: 15_000,
  /** Connections and bilateral trades of a part, at least, unless it is the last: each part computes the whole anew. */
  linesPerPart: 1_000,
  /** Work of one transaction, where settling a connection is 1; a lone settlement of more passes all the same. */
  workPerTransaction: 20_000,
  /** Organisations that take part in one lane. */
  organisationsPerLane: 512,
  /** Places among them that only regulators take: a host can leave no regulator outside. */
  regulatorsPerLane: 16,
  /** Postings of one command. */
  postingsPerCommand: 50_000,
  /** Most that a Sparkz series may issue before a ruling sets its ceiling: a million of the currency. */
  seriesCeilingMicros: 1_000_000_000_000,
  /** Open holds of one account. */
  holdsPerAccount: 256,
  /** Largest energy of one interval and meter: 4 GWh. */
  intervalWh: 4_000_000_000,
  /** Bounds of a price, either sign, in micros per MWh: 1,000 a kWh. */
  priceMicrosPerMWh: 1_000_000_000_000,
  /** Bytes of one request's body. */
  requestBytes: 1_000_000,
  /** Bytes of a request of an organisation that signs for itself: a transaction in base64, and what is around it. */
  offlineRequestBytes: 5_500_000,
  /** How long after its preparation a batch may be endorsed and committed: 10 minutes, Fabric's own window being 15. */
  preparationMs: 10 * 60_000,
  /** A certificate in PEM. */
  certificateLength: 10_000,
  /** Bytes of a signature in DER. */
  signatureBytes: 80,
  /** Tokens of one GraphQL document. */
  documentTokens: 4_000,
  /** Levels of a GraphQL document; what tools ask the schema for has 15. */
  documentDepth: 15,
  /** Brackets of a GraphQL document that are open at a time, in selections, arguments and types alike. */
  documentNesting: 100,
  /** Selections of one GraphQL document with what its fragments spread: validation compares them in pairs. */
  documentSelections: 1_000,
  /** Aliases, directives and root fields of one GraphQL document. */
  documentAliases: 30,
  documentDirectives: 30,
  documentRootFields: 20,
  /** Mutations of one request. */
  documentMutations: 10,
  /** Cost of one operation: a field is 1, a list its length times what each item costs. */
  operationCost: 10_000,
  /** Commands that a participant may give a second through the gateway, and how many at once after a pause. */
  participantCommandsPerSecond: 20,
  participantCommandsBurst: 100,
  /** Commands that all of an organisation's role may give a second: more than its apps ever bring, less than a flood. */
  organisationCommandsPerSecond: 20_000,
  organisationCommandsBurst: 20_000,
  /** Commands for which one counts that settles an interval or a part of one, given by a participant. */
  settlementCommandWeight: 25,
  /** Givers whose latest commands the gateway remembers. */
  throttledGivers: 50_000,
  /** How long after its end, or before its start, a token is accepted: clocks differ. */
  tokenToleranceSeconds: 30,
  /** Cost of each day of a statement, which reads every interval of it. */
  statementDayCost: 25,
  /** How long a statement of a reader may take on a PostgreSQL server. */
  statementMs: 10_000,
  /** How long a request waits for the height that it asks for. */
  heightWaitMs: 10_000,
  /** Commands that wait for one lane. */
  laneQueue: 100_000,
  /** Bytes of the commands that wait for one lane, about. */
  laneQueueBytes: 64_000_000,
  /** Lanes of one gateway in which something waits or is under way. */
  lanes: 1_000,
  /** Transactions whose place the lanes remember, for repeats that come before the read model knows them. */
  rememberedTransactions: 1_000,
  /** Requests that wait for the read model to reach a height. */
  heightWaiters: 10_000,
  /** Transactions of one process that are under way on a Fabric network, and their arguments' bytes. */
  transactionsUnderWay: 256,
  transactionBytesUnderWay: 128_000_000,
  /** Hours by which a command's id may be older than ledger time (K1). */
  idempotencyWindowMs: 24 * 3_600_000,
  /** How far a command's id may run ahead of ledger time. */
  idempotencyAheadMs: 15 * 60_000,
  /** How far a transaction's time may lie from the peer's clock or before the lane's last one. */
  timeSkewMs: 15 * 60_000,
} as const;
