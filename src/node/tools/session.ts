// The inspector from within: no port is opened, and the program does not stop.
import { Session } from "node:inspector";

/** Sends one command and resolves with its result; what it tells comes as events of the session. */
export type Post = (method: string, params?: object) => Promise<unknown>;

/** Connects for as long as `work` takes. */
export async function withSession<Value>(work: (post: Post, session: Session) => Promise<Value>): Promise<Value> {
  const session = new Session();
  session.connect();
  try {
    return await work((method, params) => post(session, method, params), session);
  } finally {
    session.disconnect();
  }
}

function post(session: Session, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
