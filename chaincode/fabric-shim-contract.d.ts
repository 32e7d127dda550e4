/** What the package's own command line makes of contracts; it has no other way in, and no types for this one. */
declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  import type { Contract } from 'fabric-contract-api';
  import type { ChaincodeInterface } from 'fabric-shim';
  const ChaincodeFromContract: new (
    contracts: readonly (new () => Contract)[],
    serializers: object,
    metadata: object,
  ) => ChaincodeInterface;
  export default ChaincodeFromContract;
}

/** Its loggers, by name. */
declare module 'fabric-shim/lib/logger.js' {
  interface Logger {
    debug: (...message: unknown[]) => unknown;
    info: (...message: unknown[]) => unknown;
    isLevelEnabled(level: string): boolean;
  }
  const loggers: { getLogger(name: string): Logger };
  export default loggers;
}
