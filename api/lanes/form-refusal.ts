/** A refusal of what is not of its form: says what is wanted, and repeats nothing of what was given. */
import { Refusal } from '../../schema/errors.js';

export class FormRefusal extends Refusal {
  constructor(
    field: string,
    /** What is wanted, as `schema/field-words.ts` has it. */
    private readonly words: string,
    /** The very place in the field, where it is a list or has fields of its own. */
    private readonly place: string = field,
  ) {
    super('INVALID_INPUT', field);
    this.name = 'FormRefusal';
  }

  /** A sentence for people: it says more than that of the code. */
  get sentence(): string {
    return `${this.place} wants ${this.words}.`;
  }

  /** The same of a command that lies in something else, whose name it then bears. */
  within(outer: string): FormRefusal {
    return new FormRefusal(`${outer}.${this.field}`, this.words, `${outer}.${this.place}`);
  }
}
