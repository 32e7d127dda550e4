/** A ledger of its own on the running Fabric network that the environment names. */
import { FabricLedger } from '../../../network/fabric/index.js';
import type { Engine } from '../world.js';
import { GUESTS } from './guests.js';

/** Folder of the network, and where a ledger on it is asked for. */
export const NETWORK_VARIABLE = 'GRIDBOOK_SCENARIO_NETWORK';
export const LEDGERS_VARIABLE = 'GRIDBOOK_SCENARIO_LEDGERS';

/** Whether scenarios run on Fabric. */
export const isOnFabric = (): boolean => process.env[NETWORK_VARIABLE] !== undefined;

export async function fabricEngine(startMs: number): Promise<Engine> {
  const answer = await fetch(process.env[LEDGERS_VARIABLE] ?? '');
  const chaincode = await answer.text();
  if (!answer.ok) throw new Error(`no ledger on the network: ${chaincode}`);
  let now = startMs;
  const options = { chaincode, clock: () => now, guests: GUESTS };
  const ledger = await FabricLedger.open(process.env[NETWORK_VARIABLE] ?? '', options);
  return { ledger, setTime: (timeMs) => (now = timeMs), dispose: () => ledger.close() };
}
