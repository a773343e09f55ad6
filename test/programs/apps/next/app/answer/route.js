// An address that says who answers.
import { setTimeout as pause } from "node:timers/promises";

export const dynamic = "force-dynamic";

export async function GET() {
  await pause(10);
  return new Response("answered by Next.js", { headers: { "x-pid": String(process.pid) } });
}
