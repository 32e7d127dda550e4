/** Where the blocks start in their file: eight bytes a block. */
export class Offsets {
  private values = new Float64Array(1024);
  length = 0;

  push(offset: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = offset;
  }

  at(index: number): number {
    if (index < 0 || index >= this.length) throw new RangeError(`there is no block ${index}`);
    return this.values[index];
  }

  get last(): number {
    return this.values[this.length - 1];
  }
}
