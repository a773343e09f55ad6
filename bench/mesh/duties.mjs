// Who does what: member 1 sends and calls, member 2 receives and answers, the others receive what goes to all.

export const SENDER = 1;
export const RECEIVER = 2;

const listening = {
  pair: () => [RECEIVER],
  all: (members) => Array.from({ length: members - 1 }, (_, index) => index + RECEIVER),
  ping: () => [RECEIVER],
  pong: () => [SENDER],
};

export const TOPICS = Object.keys(listening);

/** The members that listen on a topic, in a service of so many. */
export function listenersOf(topic, members) {
  return listening[topic](members);
}
