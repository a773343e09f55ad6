// The certificate of the tests, for loopback only; made once with `openssl req -x509`, so that tests need no tool.
import { fileURLToPath } from "node:url";

const folder = new URL("../../../test/fixtures/tls/", import.meta.url);

export const certificate: { cert: string; key: string } = {
  cert: fileURLToPath(new URL("cert.pem", folder)),
  key: fileURLToPath(new URL("key.pem", folder)),
};
