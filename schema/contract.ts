/** Functions of the chaincode that a client calls: one place for the contract and for whoever calls it. */

/** The contract that has them; where a client names none, it is this one. */
export const CONTRACT_NAME = 'gridbook';
/** Gives a batch; its one argument is the encoded batch. */
export const SUBMIT = 'submit';
/**
 * Gives a batch that another ledger recorded, into a lane that nothing else was given (K11): the encoded batch, and when it
 * was recorded, in ms since 1970.
 */
export const RECORDED = 'recorded';
/** Ends a lane's history for good: the lane, and the digest of the state that it comes to. */
export const HISTORY_END = 'historyEnd';
/** Reads the value of a key, for tools and tests. */
export const STATE = 'state';
/** Answers, and changes nothing. */
export const PING = 'ping';

/**
 * Version of the language that chaincode and clients speak. A client of another version is told so before it says
 * anything; it is raised with every change of a command, an event or of how they are written.
 */
export const CONTRACT_VERSION = '3';

const HISTORY = '/history/0';
/** Key of a lane's record of the history that was brought along. It is no part of a state's digest. */
export const historyKey = (lane: string): string => `${lane}${HISTORY}`;
export const isHistoryKey = (key: string): boolean => key.endsWith(HISTORY);
