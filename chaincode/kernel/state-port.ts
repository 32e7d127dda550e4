/** All that the kernel sees of an engine: Fabric's stub and the embedded ledger both fit it. */
export interface StatePort {
  readonly transactionId: string;
  /** Time of the transaction in ms since 1970, set by its client, the same on every peer. */
  readonly timeMs: number;
  readonly creator: Creator;
  /** The committed value; undefined where there is none. Never sees this transaction's own writes. */
  getState(key: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  putState(key: string, value: Uint8Array): Promise<void> | void;
  /** The values of several keys, in their order, where the engine has a way that costs less than one after the other. */
  readonly getStates?: (keys: readonly string[]) => Promise<(Uint8Array | undefined)[]>;
  /** Puts several values, likewise. */
  readonly putStates?: (writes: readonly StateWrite[]) => Promise<void>;
  /** The one event of the transaction. */
  setEvent(payload: Uint8Array): void;
}

export interface StateWrite {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface Creator {
  /** Membership service provider id. */
  readonly organisation: string;
  /** The `role` attribute of the certificate. */
  readonly role: string;
}

/** What an engine runs. It throws a `GridbookError` where the whole transaction is refused. */
export interface Chaincode {
  execute(port: StatePort, args: Uint8Array): Promise<void>;
}
