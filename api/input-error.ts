/** An argument that does not fit, told in a message that repeats nothing of it. */
import { GraphQLError } from 'graphql';

export class InputError extends GraphQLError {
  constructor(message: string) {
    super(message, { extensions: { code: 'BAD_USER_INPUT' } });
    this.name = 'InputError';
  }
}
