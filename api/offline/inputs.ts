/** Inputs of the three mutations by which an organisation signs for itself. */
import { Field, ID, InputType, type ClassType } from 'type-graphql';
import { TRADE_COMMANDS } from '../../schema/trade/index.js';
import { addField } from '../mutations/field-types.js';
import { commandInput } from '../mutations/mutations.js';
import { Base64 } from '../scalars.js';
import type { BatchCommand } from './batch.js';

/** One nullable field a command: GraphQL has no input of several kinds. */
function batchCommandInput(): ClassType {
  const type = class OfflineCommandInput {};
  const actor = 'Node id of the participant that acts through its host; by default the organisation itself.';
  addField(type, 'actor', ID, actor, true);
  for (const shape of TRADE_COMMANDS) addField(type, shape.name, commandInput(shape), shape.doc, true);
  InputType('OfflineCommandInput', {
    description: 'A command of a batch: exactly one, under its name, with the input of its mutation.',
  })(type);
  return type;
}
export const OfflineCommandInput = batchCommandInput();

@InputType({ description: 'A batch that its organisation signs itself.' })
export class OfflineBatchPrepareInput {
  @Field({
    description:
      'Certificate of the signer, PEM: X.509 with a key on P-256, issued by the organisation’s authority for the ' +
      'token’s role. Without its private key.',
  })
  declare certificate: string;
  @Field(() => [OfflineCommandInput], {
    description:
      'Commands for the organisation’s own lane, 1 to 10,000, decided in this order. Their keys carry their time: of ' +
      'one batch they fall into four quarters of a second at most.',
  })
  declare commands: BatchCommand[];
}

@InputType({ description: 'A proposal and its signature.' })
export class OfflineBatchEndorseInput {
  @Field(() => Base64, { description: 'The proposal, byte for byte as it was given.' })
  declare proposal: Buffer;
  @Field(() => Base64, {
    description: 'Signature of the proposal: ECDSA on P-256 over its SHA-256, in DER.',
  })
  declare signature: Buffer;
}

@InputType({ description: 'An endorsed transaction and its signature.' })
export class OfflineBatchSubmitInput {
  @Field(() => Base64, { description: 'The transaction, byte for byte as it was given.' })
  declare transaction: Buffer;
  @Field(() => Base64, {
    description: 'Signature of the transaction: ECDSA on P-256 over its SHA-256, in DER.',
  })
  declare signature: Buffer;
}
