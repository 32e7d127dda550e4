/** What is done to a network, one after the other. */
import type { FaultNetwork } from './fault-network.js';
import type { Load } from './load.js';
import { seconds } from './until.js';

export interface Hurt {
  readonly network: FaultNetwork;
  readonly load: Load;
  /** How long a process is paused and links are held. */
  readonly pauseSeconds: number;
  /** Is told what was seen to be wrong. */
  readonly violation: (what: string) => void;
}

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** Hurts the network, and mends what does not mend itself. */
  inject(hurt: Hurt): Promise<void>;
}

/** How long a process that was killed stays away. */
const AWAY_SECONDS = 8;
/** After so long nothing that was on its way is acknowledged any more. */
const LAST_SECONDS = 3;
const WRITERS = 5;

const killed = (name: string, process: string, what: string): Fault => ({
  ...{ name, what },
  async inject({ network }) {
    await network.kill(process);
    await seconds(AWAY_SECONDS);
    await network.start(process);
  },
});

const paused = (name: string, process: string, what: string): Fault => ({
  ...{ name, what },
  async inject({ network, pauseSeconds }) {
    network.signal(process, 'SIGSTOP');
    try {
      await seconds(pauseSeconds);
    } finally {
      network.signal(process, 'SIGCONT');
    }
  },
});

export const FAULTS: readonly Fault[] = [
  killed('peer-killed-own', 'peer0.Brightwater', 'the writer’s own peer is killed'),
  killed('peer-killed-second', 'peer0.Gridline', 'the peer of the second organisation is killed'),
  killed('peer-killed-third', 'peer0.EnergyOffice', 'the peer of the third organisation is killed'),
  {
    name: 'leader-killed',
    what: 'each orderer is killed in turn: the leader is among them',
    async inject({ network, load }) {
      for (const orderer of network.orderers) {
        await network.kill(orderer);
        await seconds(AWAY_SECONDS);
        await network.start(orderer);
        await network.healthy();
        await load.more(1);
      }
    },
  },
  {
    name: 'quorum-lost',
    what: 'two orderers are killed, of three or four',
    async inject({ network, load, violation }) {
      const two = network.orderers.slice(0, 2);
      await Promise.all(two.map((orderer) => network.kill(orderer)));
      await seconds(LAST_SECONDS);
      const before = load.applied.size;
      await seconds(AWAY_SECONDS);
      const more = load.applied.size - before;
      if (more > 0) violation(`${more} commands were acknowledged while two orderers were away`);
      for (const orderer of two) await network.start(orderer);
    },
  },
  killed('chaincode-killed-own', 'chaincode.Brightwater', 'the writer’s own chaincode is killed'),
  killed('chaincode-killed-second', 'chaincode.Gridline', 'the second organisation’s chaincode is killed'),
  paused('chaincode-paused', 'chaincode.Gridline', 'the second organisation’s chaincode is silent'),
  {
    name: 'writer-killed',
    what: `the writer is killed ${WRITERS} times as it writes`,
    async inject({ load }) {
      for (let i = 0; i < WRITERS; i++) {
        await load.more(1 + Math.floor(Math.random() * 20));
        await load.killWriter();
      }
    },
  },
  paused('peer-paused-second', 'peer0.Gridline', 'the peer of the second organisation is paused'),
  paused('peer-paused-own', 'peer0.Brightwater', 'the writer’s own peer is paused'),
  {
    name: 'links-held',
    what: 'nothing comes through to the second organisation’s peer, nor from it to the orderers',
    async inject({ network, pauseSeconds }) {
      network.holdLinks();
      await seconds(pauseSeconds);
      network.releaseLinks();
    },
  },
  {
    name: 'disk-full',
    what: 'the disk of the third organisation’s peer is full',
    async inject({ network, load }) {
      await network.fillDisk();
      await load.more(100);
      network.emptyDisk();
      await network.start('peer0.EnergyOffice');
    },
  },
];
