/** What a transaction read and wrote, of every chaincode, as validation sees it: public keys, and hashes of private ones. */
import { ledger, type peer } from '@hyperledger/fabric-protos';

export interface KeyVersion {
  readonly block: number;
  readonly index: number;
}
export interface ReadEntry {
  /** Of the state of all chaincodes. */
  readonly place: string;
  /** Undefined where there was nothing. */
  readonly version: KeyVersion | undefined;
}
export interface WriteEntry {
  readonly place: string;
  readonly namespace: string;
  /** Empty for public keys. */
  readonly collection: string;
  readonly key: Uint8Array;
  /** Undefined where it is deleted. */
  readonly value: Uint8Array | undefined;
}
export interface TransactionSets {
  readonly reads: readonly ReadEntry[];
  readonly writes: readonly WriteEntry[];
  /** Whether a range of keys was read: what is in it is not looked at again. */
  readonly hasRanges: boolean;
}

/** Where a key stands in the state of all chaincodes; `''` is the collection of public keys. */
export const placeOf = (namespace: string, collection: string, key: Uint8Array): string =>
  `${namespace}\0${collection}\0${Buffer.from(key).toString('latin1')}`;

const versionOf = (
  version: ledger.rwset.kvrwset.Version | undefined,
): { version: KeyVersion | undefined } => ({
  version: version && { block: version.getBlockNum(), index: version.getTxNum() },
});

export function setsOf(action: peer.ChaincodeAction): TransactionSets {
  const reads: ReadEntry[] = [];
  const writes: WriteEntry[] = [];
  let hasRanges = false;
  const { TxReadWriteSet, kvrwset } = ledger.rwset;
  for (const set of TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList()) {
    const namespace = set.getNamespace();
    const write = (collection: string, key: Uint8Array, isDelete: boolean, value: Uint8Array): void => {
      const place = placeOf(namespace, collection, key);
      // Fabric takes an empty value for a deletion.
      const kept = isDelete || value.length === 0 ? undefined : value;
      writes.push({ place, namespace, collection, key, value: kept });
    };
    const open = kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
    hasRanges ||= open.getRangeQueriesInfoList().length > 0;
    for (const read of open.getReadsList()) {
      const place = placeOf(namespace, '', Buffer.from(read.getKey()));
      reads.push({ place, ...versionOf(read.getVersion()) });
    }
    for (const each of open.getWritesList())
      write('', Buffer.from(each.getKey()), each.getIsDelete(), each.getValue_asU8());
    for (const collection of set.getCollectionHashedRwsetList()) {
      const name = collection.getCollectionName();
      const hashed = kvrwset.HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8());
      for (const read of hashed.getHashedReadsList()) {
        const place = placeOf(namespace, name, read.getKeyHash_asU8());
        reads.push({ place, ...versionOf(read.getVersion()) });
      }
      for (const each of hashed.getHashedWritesList())
        write(name, each.getKeyHash_asU8(), each.getIsDelete(), each.getValueHash_asU8());
    }
  }
  return { reads, writes, hasRanges };
}
