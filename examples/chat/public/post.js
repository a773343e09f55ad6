// Sends JSON, and again when the node that had it was killed before it answered.

const ATTEMPTS = 5;

/** Throws an Error with a text for people. */
export async function post(path, body) {
  const response = await tryAgain(() =>
    fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  );
  if (!response.ok) throw new Error(await response.text());
}

/** Everything here may be asked twice: messages have keys, and the rest changes nothing the second time. */
async function tryAgain(send) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch {
      if (attempt === ATTEMPTS) throw new Error("The server cannot be reached.");
      await new Promise((resolve) => setTimeout(resolve, attempt * 200));
    }
  }
}
