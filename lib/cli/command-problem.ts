/** Why the command could not do what it was asked to; the message says what to do about it. */
export class CommandProblem extends Error {}
