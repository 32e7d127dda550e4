/**
 * A gateway in a process of its own: lanes on a Fabric network. Commands come from its parent, which keeps their keys;
 * it answers what became of each, and may be killed at any moment.
 */
import { Lanes } from '../../../api/lanes/lanes.js';
import { FabricLedger } from '../../../network/fabric/index.js';
import { GridbookError } from '../../../schema/errors.js';
import { TRADE_EVENTS } from '../../../schema/trade/index.js';
import { participantRegister } from '../../../schema/trade/registration.js';
import { HOST, LANE, type Answer, type Given } from './words.js';

const say = (answer: Answer): void => void process.send?.(answer);

const ledger = await FabricLedger.open(process.argv[2]);
const lanes = new Lanes({ ledger, events: TRADE_EVENTS });

async function give({ key, participantId }: Given): Promise<void> {
  const command = { shape: participantRegister, key, actor: 0, args: { participantId } };
  try {
    const { receipt, refusal } = await lanes.submit({ lane: LANE, identity: HOST, command });
    if (refusal) say({ key, is: 'refused', code: refusal.code });
    else say({ key, is: 'applied', block: receipt.block, index: receipt.index });
  } catch (error) {
    say({ key, is: 'failed', code: error instanceof GridbookError ? error.code : 'INTERNAL' });
  }
}

process.on('message', (given: Given) => void give(given));
// Without its parent nobody asks for anything.
process.on('disconnect', () => process.exit());
say({ is: 'ready' });
