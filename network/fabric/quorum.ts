/** Whether enough orderers answer to agree on anything. */
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { majority } from './lifecycle.js';
import { adminOf, ordererName } from './nodes.js';
import { partOf } from './orderer-client.js';
import { CHANNEL, type OrdererPlan } from './plan.js';

/** Blocks of an orderer that has a say; fails where it has none. */
export async function consenterHeight(layout: Layout, orderer: OrdererPlan): Promise<number> {
  const { consensusRelation, status, height } = await partOf(adminOf(layout, orderer), CHANNEL);
  if (consensusRelation === 'consenter' && status === 'active') return height;
  throw new NetworkError(`${ordererName(orderer)} has no say in the channel`);
}

/** Refused where too few of some orderers answer for that many to agree on anything. */
export async function requireQuorum(
  layout: Layout,
  orderers: readonly OrdererPlan[],
  count: number,
  who: string,
): Promise<void> {
  const active = await Promise.all(
    orderers.map((orderer) =>
      consenterHeight(layout, orderer).then(
        () => true,
        () => false,
      ),
    ),
  );
  const answering = active.filter(Boolean).length;
  // Where one becomes two, both must agree from then on: the one that is there is all that can be asked for.
  const needed = count === 2 ? orderers.length : majority(count);
  if (answering >= needed) return;
  const silent = orderers.filter((_, i) => !active[i]).map(ordererName);
  throw new NetworkError(
    `of ${count} orderers ${majority(count)} must agree, and ${who} ${answering} answer${answering === 1 ? 's' : ''}: the channel would stand still; start ${silent.join(' and ')} first`,
  );
}
