/** Anything by its node id, through the look-up of its kind. */
import type { RequestContext } from '../context.js';
import { decodeNodeId, type NodeId } from '../node-id.js';
import { TRANSACTION } from './ledger/lists.js';
import { POSITION, READING, RUN, TRADE } from './metering/lists.js';
import type { Node } from './node.js';

/** The node; null where the id is none, or there is nothing that the viewer may see. */
export async function nodeById(id: string, context: RequestContext): Promise<Node | null> {
  const wanted = decodeNodeId(id);
  const node = wanted ? await look(wanted, context) : null;
  // A trade's or a transaction's hash is found without its lane; under another lane it is the id of nothing.
  return node?.lane === wanted?.lane ? node : null;
}

function look({ kind, lane, parts }: NodeId, { loaders }: RequestContext): Promise<Node | null> {
  switch (kind) {
    case 'SettlementRun': {
      const [market, start, run] = parts;
      return loaders.find(RUN, { lane, market, start, run });
    }
    case 'Position': {
      const [market, connection, start, run] = parts;
      return loaders.find(POSITION, { lane, market, connection, start, run });
    }
    case 'Reading': {
      const [connection, start, revision] = parts;
      return loaders.find(READING, { lane, connection, start, revision });
    }
    case 'Trade':
      return loaders.find(TRADE, { id: parts[0] });
    case 'Transaction':
      return loaders.find(TRANSACTION, { id: parts[0] });
    case 'Participant':
    case 'Network':
    case 'Connection':
    case 'Unit':
    case 'Account':
    case 'Tariff':
    case 'Market':
    case 'Agreement':
    case 'Hold':
      return loaders.load(kind, { lane, number: parts[0] });
  }
}
