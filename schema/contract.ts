/** Functions of the chaincode that a client calls: one place for the contract and for whoever calls it. */

/** Gives a batch; its one argument is the encoded batch. */
export const SUBMIT = 'submit';
/** Reads the value of a key, for tools and tests. */
export const STATE = 'state';
/** Answers, and changes nothing. */
export const PING = 'ping';

/**
 * Version of the language that chaincode and clients speak. A client of another version is told so before it says
 * anything; it is raised with every change of a command, an event or of how they are written.
 */
export const CONTRACT_VERSION = '2';
