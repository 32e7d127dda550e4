/**
 * Runs test files in two lanes side by side: those that start a network of Fabric one after another, since each starts a
 * dozen processes, and all others.
 */
import { sep } from 'node:path';
import TestRunner, { EmittingTestRunner } from 'jest-runner';

const STARTS_NETWORK = `${sep}test${sep}fabric${sep}`;

export default class SuiteLanes extends EmittingTestRunner {
  constructor(globalConfig, context) {
    super(globalConfig, context);
    const lane = (maxWorkers) => new TestRunner({ ...globalConfig, maxWorkers }, context);
    this.networks = lane(1);
    this.others = lane(Math.max(1, globalConfig.maxWorkers - 1));
  }

  async runTests(tests, watcher, options) {
    const startsNetwork = ({ path }) => path.includes(STARTS_NETWORK);
    const networks = tests.filter(startsNetwork);
    const others = tests.filter((test) => !startsNetwork(test));
    const lanes = [
      [this.others, others],
      [this.networks, networks],
    ].filter(([, its]) => its.length > 0);
    // In one process nothing runs side by side.
    if (options.serial) for (const [lane, its] of lanes) await lane.runTests(its, watcher, options);
    else await Promise.all(lanes.map(([lane, its]) => lane.runTests(its, watcher, options)));
  }

  on(name, listener) {
    const ends = [this.networks, this.others].map((lane) => lane.on(name, listener));
    return () => ends.forEach((end) => end());
  }
}
