/** A block as far as it can be read: one transaction that cannot hides none of the others, nor that there is a block. */
import { common, peer } from '@hyperledger/fabric-protos';
import { readBlock, type FabricBlock } from './block.js';

const { TRANSACTIONS_FILTER } = common.BlockMetadataIndex;
/** Of a transaction with this code nothing is read. */
const UNREAD = peer.TxValidationCode.NOT_VALIDATED;

export function readableOf(block: common.Block, chaincode: string): FabricBlock {
  try {
    return readBlock(block, chaincode);
  } catch {
    const transactions = (block.getData()?.getDataList_asU8() ?? []).flatMap((_, index) => {
      try {
        return readBlock(withOnly(block, index), chaincode).transactions;
      } catch {
        return [];
      }
    });
    return { ...readBlock(withOnly(block, undefined), chaincode), transactions };
  }
}

/** The same block, in which no transaction is to be read but one. */
function withOnly(block: common.Block, index: number | undefined): common.Block {
  const list = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const count = block.getData()?.getDataList_asU8().length ?? 0;
  const codes = new Uint8Array(count).fill(UNREAD);
  if (index !== undefined) codes[index] = list[TRANSACTIONS_FILTER]?.[index] ?? peer.TxValidationCode.VALID;
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([...list.slice(0, TRANSACTIONS_FILTER), codes]);
  const same = new common.Block();
  same.setHeader(block.getHeader());
  same.setData(block.getData());
  same.setMetadata(metadata);
  return same;
}
