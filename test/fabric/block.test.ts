/** What is read of a channel's blocks, whoever made what is in them. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Network } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { serializeIdentity } from '../../network/embedded/identity.js';
import { BlockTimes } from '../../network/fabric/block-times.js';
import { readBlock, transactionOf } from '../../network/fabric/block.js';
import { Follower } from '../../network/fabric/follower.js';
import { CHAINCODE } from '../../network/fabric/plan.js';
import { block, creatorOf, envelope, LANE, momentAt, NOW, REFUSED, submitted, VALID } from './made-block.js';

let host: Buffer;
beforeAll(async () => {
  host = await creatorOf('HOST');
});

describe('the lane of a batch', () => {
  const laneOf = (batch: string): string =>
    readBlock(block(7, [[submitted(host, batch), VALID]])).transactions[0].lane;

  const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 150 });
  const format = fc.constantFrom('1', '1.0', '1e0', '10e-1', '1E+0');
  const escaped = (character: string): string => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  };
  /** Ids, and how they may be written: each character plain or escaped. */
  const spelled = fc
    .array(
      fc
        .tuple(fc.constantFrom(...'ABJKxyzjk019'), fc.constantFrom(0, 1, 2))
        .map(([plain, way]) => [
          plain,
          [plain, escaped(plain), escaped(plain).replace(/[a-f]/g, upper)][way],
        ]),
      { minLength: 1, maxLength: 64 },
    )
    .map((characters) => ({
      lane: characters.map(([plain]) => plain).join(''),
      text: characters.map(([, written]) => written).join(''),
    }));
  const upper = (letter: string): string => letter.toUpperCase();

  test('is read in whatever spelling of JSON the batch is written', () => {
    fc.assert(
      fc.property(fc.array(space, { minLength: 6, maxLength: 6 }), format, spelled, (gaps, one, id) => {
        const [a, b, c, d, e, f] = gaps;
        expect(laneOf(`${a}[${b}${one}${c},${d}"${id.text}"${e},[]]${f}`)).toBe(id.lane);
      }),
    );
  });

  test('is read where it is written as Gridbook writes it', () => {
    expect(laneOf(`[1,"${LANE}",[]]`)).toBe(LANE);
  });

  test.each(['', '[', '[1]', '[1,2,[]]', '[1,"\\u0000",[]]', '{"1":"SunCo"}', 'null'])(
    'is nowhere in %j, as the error says with its place',
    (batch) => {
      expect(() => laneOf(batch)).toThrow('transaction 0 of block 7 cannot be read: a batch names no lane');
    },
  );
});

describe('of transactions of one id', () => {
  const at = momentAt(NOW / 1000, { nonce: 'same' });
  const coded = (code: number): [Uint8Array, number] => [
    submitted(host, `[1,"${LANE}",[]]`, { moment: at }),
    code,
  ];

  test.each([
    [[REFUSED, VALID], 1],
    [[VALID, REFUSED], 0],
    [[REFUSED, REFUSED], 0],
  ])('with the codes %j the one at %i is found', (codes, index) => {
    const read = readBlock(block(7, codes.map(coded)));
    expect(transactionOf(read, read.transactions[0].transactionId)?.index).toBe(index);
    expect(transactionOf(read, 'other')).toBeUndefined();
  });

  test('whoever waits for it is told of the valid one', async () => {
    const raw = block(0, [REFUSED, VALID].map(coded));
    const { transactionId } = readBlock(raw).transactions[0];
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    async function* blocks(): AsyncGenerator<typeof raw> {
      yield await Promise.resolve(raw);
      await closed;
    }
    const getBlockEvents = () => Promise.resolve(Object.assign(blocks(), { close }));
    const believed = { own: LANE, organisations: () => [LANE] };
    const follower = new Follower(
      {
        ...{ organisation: LANE, peer: { name: 'peer0', port: 1, operationsPort: 2 } },
        ...{ chaincode: CHAINCODE, first: undefined, times: new BlockTimes(0, believed) },
        network: () => Promise.resolve({ getBlockEvents } as unknown as Network),
      },
      0,
    );
    const told: boolean[] = [];
    await new Promise<void>((resolve) => {
      follower.watch(transactionId, {
        committed: (_, { valid }) => {
          told.push(valid);
          resolve();
        },
        changed: () => undefined,
      });
    });
    follower.stop();
    expect(told[0]).toBe(true);
  });
});

describe('the time of a transaction', () => {
  test.each([
    [10, 999_999, 10_000],
    [10, 1_999_999, 10_001],
    [10, -1, 10_000],
    [-10, -1_999_999, -10_001],
  ])('of %i s and %i ns is rounded as the chaincode rounds it', (seconds, nanos, time) => {
    const batch = `[1,"${LANE}",[]]`;
    const made = submitted(host, batch, { moment: momentAt(seconds, { nanos }) });
    expect(readBlock(block(7, [[made, VALID]])).transactions[0].time).toBe(time);
  });
});

describe('what the chaincode ran is read', () => {
  const batch = `[1,"${LANE}",[]]`;
  const lanesOf = (bytes: Uint8Array): string[] =>
    readBlock(block(7, [[bytes, VALID]])).transactions.map(({ lane }) => lane);

  test.each(['submit', ':submit', ' :submit', 'gridbook:submit', 'submit\nor not'])(
    'where its function is called %j',
    (name) => {
      expect(lanesOf(envelope({ creator: host, args: [name, batch] }))).toEqual([LANE]);
    },
  );

  test.each(['Submit', 'other:submit', 'gridbook:state', 'gridbook :submit', '::submit', 'x\nsubmit', ''])(
    'and not where %j is called',
    (name) => {
      expect(lanesOf(envelope({ creator: host, args: [name, batch] }))).toEqual([]);
    },
  );

  test('whatever name stands beside its input', () => {
    expect(lanesOf(withNameBesideInput(submitted(host, batch), 'other'))).toEqual([LANE]);
  });

  test.each([
    ['another label', (pem: string) => pem.replaceAll(' CERTIFICATE-', ' X-')],
    ['headers', (pem: string) => pem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n')],
    ['words before it', (pem: string) => `This is\nmine:\n${pem}`],
    ['very many words behind it', (pem: string) => `${pem}${'more '.repeat(4_000)}`],
  ])('where its creator’s certificate has %s', (_, change) => {
    const pem = host.subarray(host.indexOf('-----BEGIN')).toString();
    const creator = serializeIdentity(LANE, change(pem));
    const [{ role, organisation }] = readBlock(block(7, [[submitted(creator, batch), VALID]])).transactions;
    expect([role, organisation]).toEqual(['HOST', LANE]);
  });
});

/** An envelope of which the invocation names another chaincode than its header. */
function withNameBesideInput(bytes: Uint8Array, name: string): Uint8Array {
  return changed(bytes, (proposal) => {
    const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
    invocation.getChaincodeSpec()?.getChaincodeId()?.setName(name);
    proposal.setInput(invocation.serializeBinary());
  });
}

function changed(bytes: Uint8Array, change: (proposal: peer.ChaincodeProposalPayload) => void): Uint8Array {
  const whole = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(whole.getPayload_asU8());
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [action] = transaction.getActionsList();
  const given = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(given.getChaincodeProposalPayload_asU8());
  change(proposal);
  given.setChaincodeProposalPayload(proposal.serializeBinary());
  action.setPayload(given.serializeBinary());
  payload.setData(transaction.serializeBinary());
  whole.setPayload(payload.serializeBinary());
  return whole.serializeBinary();
}

describe('a message that is written as no library writes it is read as peers read it', () => {
  const batch = `[1,"${LANE}",[]]`;
  const field = (number: number, bytes: Uint8Array): Buffer => {
    const length = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      if (rest <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
  };
  /** A value of another type in the first field, an unknown field, a group. */
  const ODD = Buffer.from('08960109000000000000000083010896018401', 'hex');
  const payloadOf = (bytes: Uint8Array): common.Payload =>
    common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const expectRead = (bytes: Uint8Array): void => {
    const usual = readBlock(block(7, [[submitted(host, batch), VALID]])).transactions;
    expect(usual).toHaveLength(1);
    expect(readBlock(block(7, [[bytes, VALID]])).transactions).toEqual(usual);
  };

  test('its header in two pieces', () => {
    const payload = payloadOf(submitted(host, batch));
    const header = payload.getHeader() ?? new common.Header();
    const pieces = [
      field(1, field(1, header.getChannelHeader_asU8())),
      field(2, payload.getData_asU8()),
      field(1, field(2, header.getSignatureHeader_asU8())),
    ];
    expectRead(field(1, Buffer.concat(pieces)));
  });

  test('with values of other types and groups in it', () => {
    const payload = payloadOf(submitted(host, batch)).serializeBinary();
    expectRead(
      Buffer.concat([ODD, field(1, Buffer.from('before')), field(1, Buffer.concat([ODD, payload])), ODD]),
    );
  });

  test('its arguments in two pieces', () => {
    const usual = submitted(host, batch);
    const input = [
      field(1, field(3, field(1, Buffer.from('submit')))),
      field(1, field(3, field(1, Buffer.from(batch)))),
    ];
    expectRead(withInput(usual, Buffer.concat(input)));
  });
});

/** An envelope with other bytes for its invocation. */
function withInput(bytes: Uint8Array, input: Uint8Array): Uint8Array {
  return changed(bytes, (proposal) => proposal.setInput(input));
}
