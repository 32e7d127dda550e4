/** What becomes of a proposal that endorsers refuse, or answer differently. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Gateway, Proposal as GatewayProposal, Transaction } from '@hyperledger/fabric-gateway';
import type { FabricTransaction } from '../../network/fabric/block.js';
import { BlockTimes } from '../../network/fabric/block-times.js';
import { Endorsers } from '../../network/fabric/endorsers.js';
import { Submission } from '../../network/fabric/submission.js';
import { failure, FakePeer } from './fakes.js';

/** What an organisation's peer says of a proposal; undefined where it endorses it. */
type Says = Readonly<Record<string, string | undefined>>;

const DIFFER = 'ProposalResponsePayloads do not match';
const REFUSED = 'chaincode response 500, WRONG_LANE';

describe('a proposal', () => {
  let ending: AbortController;
  afterEach(() => ending.abort());

  /** A submission of A, or of a guest at A, in a channel of organisations that say so much; and whom it asked. */
  const among = (organisations: readonly string[], says: Says, isGuest = false) => {
    ending = new AbortController();
    const { signal } = ending;
    const followers = organisations.map((name) => new FakePeer(name));
    const believed = { own: 'A', organisations: () => organisations };
    const ping = () => new Promise(() => undefined);
    const submission = new Submission({
      ...{ followers, signal, times: new BlockTimes(1, believed), chaincode: 'gridbook', clock: Date.now },
      endorsers: new Endorsers({ organisations: believed.organisations, followers, ping, signal }),
      gateway: () => Promise.resolve({} as Gateway),
      identity: () => Promise.reject(new Error('nobody signs')),
      peersOf: () => 'A',
    });
    const asked: string[] = [];
    const endorse = async () => {
      const by = { organisation: isGuest ? 'Guest' : 'A', role: 'HOST' };
      const endorsed = await submission.endorse(by, (_, chosen) => {
        asked.push(chosen.join(''));
        const said = chosen.flatMap((name) => (says[name] ? [[name, says[name]] as const] : []));
        const cited = said.map(([name, text]) => [name, text] as [string, string]);
        const answer = cited.length > 0 ? Promise.reject(failure(10, 'failed', cited)) : Promise.resolve({});
        return { endorse: () => answer } as unknown as GatewayProposal;
      });
      return endorsed.organisations.join('');
    };
    return { endorse, asked, submission, followers };
  };

  describe('that is refused', () => {
    test('by the own peer ends at once with its code, whatever the others say', async () => {
      for (const B of [REFUSED, undefined, 'rpc error: code = DeadlineExceeded', DIFFER]) {
        const { endorse, asked } = among(['A', 'B', 'C'], { A: REFUSED, B });
        await expect(endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
        expect(asked).toEqual(['AB']);
      }
    });

    test('by one other organisation alone is endorsed by the others', async () => {
      const finals = [REFUSED, 'access denied', 'incorrect timestamp', 'duplicate transaction found'];
      for (const B of [...finals, 'larger than max', 'nothing that is known']) {
        const { endorse, asked } = among(['A', 'B', 'C'], { B });
        expect(await endorse()).toBe('AC');
        expect(asked).toEqual(['AB', 'AC']);
      }
    });

    test('by as many others as can block a majority ends with their code', async () => {
      const both = among(['A', 'B', 'C'], { B: REFUSED, C: REFUSED });
      await expect(both.endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
      expect(both.asked).toEqual(['AB', 'AC']);
      const atOnce = among(['A', 'B', 'C', 'D'], { B: REFUSED, C: REFUSED });
      await expect(atOnce.endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
      expect(atOnce.asked).toEqual(['ABC']);
      const ofTwo = among(['A', 'B'], { B: REFUSED });
      await expect(ofTwo.endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
      expect(ofTwo.asked).toEqual(['AB']);
    });

    test('ends at once in a network of one, and for a guest', async () => {
      const alone = among(['A'], { A: REFUSED });
      await expect(alone.endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
      const guest = among(['A', 'B', 'C'], { A: REFUSED, B: REFUSED }, true);
      await expect(guest.endorse()).rejects.toMatchObject({ code: 'WRONG_LANE' });
      expect([alone.asked, guest.asked]).toEqual([['A'], ['AB']]);
    });
  });

  describe('that is answered differently', () => {
    const conflict = { code: 'MVCC_CONFLICT' };

    test('is a conflict, and the next one goes to others than whose answer was another', async () => {
      const { endorse, asked } = among(['A', 'B', 'C'], { B: DIFFER });
      await expect(endorse()).rejects.toMatchObject(conflict);
      expect(await endorse()).toBe('AC');
      expect(await endorse()).toBe('AC');
      expect(asked).toEqual(['AB', 'AC', 'AC']);
    });

    test('as the own peer’s came later, too', async () => {
      const says: Record<string, string | undefined> = { A: DIFFER };
      const { endorse, asked } = among(['A', 'B', 'C'], says);
      await expect(endorse()).rejects.toMatchObject(conflict);
      delete says['A'];
      expect(await endorse()).toBe('AC');
      expect(asked).toEqual(['AB', 'AC']);
    });

    test('by two of five is endorsed by the others in the end', async () => {
      const { endorse } = among(['A', 'B', 'C', 'D', 'E'], { B: DIFFER, D: DIFFER });
      for (let tries = 0; tries < 2; tries++) await expect(endorse()).rejects.toMatchObject(conflict);
      expect(await endorse()).toBe('ACE');
    });

    test('goes to the same where there are no others', async () => {
      const { endorse, asked } = among(['A', 'B'], { B: DIFFER });
      for (let tries = 0; tries < 2; tries++) await expect(endorse()).rejects.toMatchObject(conflict);
      expect(asked).toEqual(['AB', 'AB']);
    });

    test('goes to others next also where an endorsement did not hold in its block', async () => {
      const { endorse, submission, followers } = among(['A', 'B', 'C'], {});
      const [a, b] = followers;
      const organisations = (await endorse()).split('');
      const committed = { transactionId: 't', code: 10, valid: false, block: 5 } as FabricTransaction;
      const submit = () => {
        for (const each of [a, b]) each.seen?.committed(each, committed);
        return Promise.resolve();
      };
      const transaction = { getTransactionId: () => 't', submit } as unknown as Transaction;
      const by = { organisation: 'A', role: 'HOST' };
      expect(await submission.commit(by, { transaction, organisations })).toBe(committed);
      expect(await endorse()).toBe('AC');
    });
  });
});
