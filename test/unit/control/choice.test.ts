// Which service is meant: by its process id, its name, its folder, or by where it is asked.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { type Candidate, choose } from "#src/control/choice.js";

const SHOP = service("shop", 10, "/srv/shop", "/srv/shop/dist/server.js");
const SHOP_AGAIN = service("shop", 11, "/srv/other", "/srv/other/server.js");
const BLOG = service("blog", 12, "/srv/blog");
const DAEMON = service("daemon", 13, "/", "/opt/daemon/server.js");
const NUMBERED = service("8000", 14, "/srv/numbered");
const ALL = [SHOP, SHOP_AGAIN, BLOG, DAEMON, NUMBERED];

const CHOSEN: [what: string, services: Candidate[], selector: string | undefined, place: string, meant: Candidate][] = [
  ["a process id", ALL, "11", "/x/11", SHOP_AGAIN],
  ["a name", ALL, "blog", "/x/blog", BLOG],
  ["a name of digits", ALL, "8000", "/x/8000", NUMBERED],
  ["the folder that it runs in", ALL, "/srv/shop", "/srv/shop", SHOP],
  ["the folder of its script", ALL, "dist", "/srv/shop/dist", SHOP],
  ["its script", ALL, "server.js", "/srv/shop/dist/server.js", SHOP],
  ["the root, where it is asked for", ALL, "/", "/", DAEMON],
  ["nothing, in its folder", ALL, undefined, "/srv/blog", BLOG],
  ["nothing, far below its folder", ALL, undefined, "/srv/blog/a/b/c", BLOG],
  ["nothing, in the folder of its script", ALL, undefined, "/opt/daemon", DAEMON],
  ["nothing, anywhere, where it is the only one", [BLOG], undefined, "/elsewhere", BLOG],
];

for (const [what, services, selector, place, meant] of CHOSEN) {
  test(`found by ${what}`, () =>
    assert.equal(choose(services, { selector, place, folder: selector === undefined ? place : "/elsewhere" }), meant));
}

test("of two with one name the one of this folder is meant", () => {
  const from = (folder: string): Candidate => choose(ALL, { selector: "shop", place: `${folder}/shop`, folder });
  assert.equal(from("/srv/shop/src"), SHOP);
  assert.equal(from("/srv/other"), SHOP_AGAIN);
  assert.throws(() => from("/srv/blog"), { code: "MN_ERR_NO_SERVICE" });
  assert.equal(choose(ALL, { selector: "/srv/other", place: "/srv/other", folder: "/srv/shop" }), SHOP_AGAIN);
});

test("the nearest folder wins", () => {
  const inner = service("inner", 20, "/srv/shop/inner");
  assert.equal(choose([SHOP, inner], { selector: undefined, place: "", folder: "/srv/shop/inner/deep" }), inner);
  assert.equal(choose([SHOP, inner], { selector: undefined, place: "", folder: "/srv/shop/dist" }), SHOP);
});

const REFUSED: [what: string, services: Candidate[], selector: string | undefined, place: string, why: string][] = [
  ["there is none", [], undefined, "/srv", "no service of this user runs"],
  ["there is none of that name", [], "shop", "/srv/shop", "no service of this user runs"],
  [
    "a folder is not that of the one above it: whoever mistypes a name is not to stop another service",
    [SHOP, BLOG],
    "shpo",
    "/srv/shop/shpo",
    "no service has the name, process id or folder 'shpo'; there are shop (pid 10, in /srv/shop), blog (pid 12, in /srv/blog)",
  ],
  [
    "a name is not clear",
    ALL,
    "shop",
    "/x/shop",
    "several services are 'shop', so one has to be named with --service, by its process id or folder: shop (pid 10, in /srv/shop), shop (pid 11, in /srv/other)",
  ],
  [
    "several run, none of them here",
    [SHOP, BLOG],
    undefined,
    "/elsewhere",
    "several services run, so one has to be named with --service, by its process id or folder: shop (pid 10, in /srv/shop), blog (pid 12, in /srv/blog)",
  ],
  [
    "one runs in /, which is above all: that says nothing",
    [DAEMON, BLOG],
    undefined,
    "/home",
    "several services run, so one has to be named with --service, by its process id or folder: daemon (pid 13, in /), blog (pid 12, in /srv/blog)",
  ],
];

for (const [what, services, selector, place, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(() => choose(services, { selector, place, folder: selector === undefined ? place : "/elsewhere" }), {
      name: "ControlError",
      code: "MN_ERR_NO_SERVICE",
      message,
    });
  });
}

function service(name: string, pid: number, cwd: string, script = `${cwd}/server.js`): Candidate {
  return { name, pid, cwd, script, places: [cwd, script, dirname(script)] };
}
