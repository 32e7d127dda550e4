import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GatewayFixture } from './fixture.js';
let at: GatewayFixture; let host: string;
beforeAll(async () => { at = await GatewayFixture.open(); host = await at.token('HOST'); });
afterAll(() => at.close());
const heavy = 'participants(first: 100) { edges { node { connections(first: 100) { edges { node { id meterId } } } } } }';
test('null variable bypass', async () => {
  const b = at.database.statements;
  const a = await at.ask(host, `query($n: Int = 5) { a: markets(first: $n) { pageInfo { hasNextPage } } ${heavy} }`, { n: null });
  console.log('NULLVAR', a.status, a.text.slice(0, 300), at.database.statements - b);
});
test('node count bypass', async () => {
  const spreads = Array.from({ length: 110 }, () => '...f').join(' ');
  const fields = Array.from({ length: 110 }, () => 'role').join(' ');
  const b = at.database.statements;
  const a = await at.ask(host, `{ viewer { ${spreads} } ${heavy} } fragment f on Viewer { ${fields} }`);
  console.log('NODES', a.status, a.text.slice(0, 300), at.database.statements - b);
});
test('validation time', async () => {
  for (const q of [`{ viewer { ${'role '.repeat(3900)} } }`,
    `{ viewer { ${'...f '.repeat(100)} } } fragment f on Viewer { ${'role '.repeat(180)} }`,
    `{ viewer { ${Array.from({ length: 60 }, (_, i) => `...f${i}`).join(' ')} } } ${Array.from({ length: 60 }, (_, i) => `fragment f${i} on Viewer { ${'role '.repeat(50)} }`).join(' ')}`,
    ...[`{ nodes(ids: ["x"]) { ${'... on Market { id marketId state } '.repeat(400)} } }`]]) {
    const t = performance.now(); const a = await at.ask(undefined, q);
    console.log('VALID', Math.round(performance.now() - t), a.status, a.text.slice(0, 160));
  }
});
test('ids', async () => {
  for (const a of [await at.ask(undefined, '{ viewer { role } }'), await at.post('{'), await at.post('{}'), await at.post('[]'), await at.ask(host, '{ viewer {'), await at.ask('x.y.z', '{viewer{role}}')])
    console.log('IDS', a.status, a.headers.get('x-request-id'), a.headers.get('www-authenticate'), a.headers.get('cache-control'), a.text);
});
test('apq', async () => {
  const { createHash } = await import('node:crypto');
  const q = '{ viewer { role } }';
  const a = await at.post(JSON.stringify({ query: q, extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(q).digest('hex') } } }));
  console.log('APQ', a.status, a.text);
  const b = await at.post(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(q).digest('hex') } } }));
  console.log('APQ', b.status, b.text);
});
test('height without token', async () => {
  const t = performance.now();
  const a = await at.ask(undefined, '{ viewer { role } }', {}, { 'gridbook-min-height': '99999' });
  console.log('HEIGHT', a.status, Math.round(performance.now() - t), a.text);
}, 30000);
test('lanes oracle', async () => {
  const s = await at.token('HOST', 0, 'Stranger');
  const op = await at.token('NETWORK_OPERATOR', 0, 'Stranger');
  for (const [tok, lane] of [[s, 'Brightwater'], [s, 'Nowhere'], [op, 'Brightwater'], [op, 'Nowhere']] as const) {
    const a = await at.ask(tok, 'mutation($i: NetworkRegisterInput!) { networkRegister(input: $i) { id userErrors { code field } receipt { height } } }',
      { i: { networkId: 'n', intervalSeconds: 900, timeZone: 'UTC', lane, idempotencyKey: at.key7() } });
    console.log('LANE', lane, a.text);
  }
  expect(1).toBe(1);
});
test('replay keeps id', async () => {
  const key = at.key7();
  for (let i = 0; i < 2; i++) {
    const a = await at.ask(host, 'mutation($i: ParticipantRegisterInput!) { participantRegister(input: $i) { id userErrors { code field } receipt { height replayed transactionId } } }',
      { i: { participantId: 'p-again', idempotencyKey: key } });
    console.log('REPLAY', a.text);
  }
});
