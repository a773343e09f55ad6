// Reload, drain, crash and hang keep their promises however connections are spread: the short form for each policy.
import { describe } from "node:test";
import { shortForms } from "../chaos/short-form.js";
import { someOfAll } from "../chaos/some-of-all.js";
import { policies } from "../fixtures/balance-policies.js";

describe("under each policy", { concurrency: true }, () => {
  for (const policy of policies.filter((policy) => policy !== "shared")) shortForms([someOfAll], policy);
});
