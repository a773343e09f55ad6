// A file that a tool writes: a new one, for its owner's eyes only, and gone again if the tool does not come to its end.
import { closeSync, fstatSync, openSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute } from "node:path";

/** What was written, as it is answered. */
export interface Written {
  path: string;
  bytes: number;
}

/** Adds to the file, all of it before it returns. */
export type Write = (text: string) => void;

/**
 * Lets `fill` write a file that was not there before. It is made first, so that nobody waits for what cannot be written.
 * Rejects where it cannot be made or `fill` fails: then nothing of it stays, also where the process ends meanwhile.
 */
export async function writeNewFile(path: string, fill: (write: Write) => Promise<void>): Promise<Written> {
  const fd = create(path);
  const discard = (): void => rmSync(path, { force: true });
  process.once("exit", discard);
  try {
    await fill((text) => writeFileSync(fd, text));
    return { path, bytes: fstatSync(fd).size };
  } catch (error) {
    discard();
    throw error;
  } finally {
    process.off("exit", discard);
    closeSync(fd);
  }
}

function create(path: string): number {
  // What is relative here depends on where this process runs, which is not where whoever asked is.
  if (!isAbsolute(path)) throw new Error(`the path of a file has to be absolute, got ${JSON.stringify(path)}`);
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new Error(`the file cannot be made: ${message}`, { cause: error });
    throw new Error(`${path} is there already, and nothing is overwritten`, { cause: error });
  }
}
