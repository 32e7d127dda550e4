/** A sum of safe integers that is exact also beyond them, and takes a BigInt only where it leaves them. */
export class ExactSum {
  private beyond = 0n;
  private within = 0;

  add(value: number): void {
    const next = this.within + value;
    if (Number.isSafeInteger(next)) this.within = next;
    else {
      this.beyond += BigInt(this.within);
      this.within = value;
    }
  }

  get total(): bigint {
    return this.beyond + BigInt(this.within);
  }
}
