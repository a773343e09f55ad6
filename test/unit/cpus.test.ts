// How many CPUs a process may use, by the texts that Linux gives for control groups of both versions.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import fc from "fast-check";
import { availableCpus, groupFolders, limitedCpus, parseCfsQuota, parseCpuMax, describeQuota } from "#src/cpus.js";

test("this process may use at least one CPU and no more than there are", () => {
  const cpus = availableCpus();
  assert.ok(Number.isInteger(cpus) && cpus >= 1 && cpus <= availableParallelism());
});

test("cpu.max of a version 2 group", () => {
  assert.equal(parseCpuMax("150000 100000\n"), 1.5);
  assert.equal(parseCpuMax("200000 100000\n"), 2);
  assert.equal(parseCpuMax("50000 100000\n"), 0.5);
  assert.equal(parseCpuMax("max 100000\n"), undefined);
  assert.equal(parseCpuMax(""), undefined);
  assert.equal(parseCpuMax("100000"), undefined);
  assert.equal(parseCpuMax("100000 0\n"), undefined);
});

test("cpu.cfs_quota_us and cpu.cfs_period_us of a version 1 group", () => {
  assert.equal(parseCfsQuota("150000\n", "100000\n"), 1.5);
  assert.equal(parseCfsQuota("-1\n", "100000\n"), undefined);
  assert.equal(parseCfsQuota("", ""), undefined);
  assert.equal(parseCfsQuota("100000", "0"), undefined);
});

test("a quota rounds down, and one CPU is left whatever it says", () => {
  assert.equal(limitedCpus(8, undefined), 8);
  assert.equal(limitedCpus(8, 16), 8);
  assert.equal(limitedCpus(8, 1.5), 1);
  assert.equal(limitedCpus(8, 2.99), 2);
  assert.equal(limitedCpus(8, 0.1), 1);
  assert.equal(limitedCpus(1, undefined), 1);
});

test("a nested group is bound by all groups around it", () => {
  const membership = "0::/user.slice/user-1000.slice/session-2.scope\n";
  assert.deepEqual(groupFolders(membership, "unified"), [
    "/user.slice/user-1000.slice/session-2.scope",
    "/user.slice/user-1000.slice",
    "/user.slice",
    "/",
  ]);
});

test("the root group of a container", () => {
  assert.deepEqual(groupFolders("0::/\n", "unified"), ["/"]);
  assert.deepEqual(groupFolders("0::/../../elsewhere\n", "unified").at(-1), "/");
});

test("version 1 hierarchies are told apart by their controllers", () => {
  const membership = [
    "12:cpuset:/wrong",
    "11:devices:/wrong",
    "5:cpu,cpuacct:/docker/0123abcd",
    "2:memory:/wrong",
    "1:name=systemd:/wrong",
    "0::/system.slice/web.service",
  ].join("\n");
  assert.deepEqual(groupFolders(membership, "cpu"), ["/docker/0123abcd", "/docker", "/"]);
  assert.deepEqual(groupFolders(membership, "unified"), ["/system.slice/web.service", "/system.slice", "/"]);
});

test("without a line of the hierarchy the root group counts", () => {
  assert.deepEqual(groupFolders("", "unified"), ["/"]);
  assert.deepEqual(groupFolders("0::/a", "cpu"), ["/"]);
  assert.deepEqual(groupFolders("5:cpuacct:/a", "cpu"), ["/"]);
});

test("a group's name may hold colons, as those of containers under containerd do", () => {
  assert.deepEqual(groupFolders("0::/kubepods.slice:cri-containerd:0123abcd\n", "unified"), [
    "/kubepods.slice:cri-containerd:0123abcd",
    "/",
  ]);
});

test("property: a whole number of CPUs, at least 1 and never more than there are", () => {
  const quota = fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_096 }), quota, (cpus, granted) => {
      const limited = limitedCpus(cpus, granted);
      assert.ok(Number.isInteger(limited) && limited >= 1 && limited <= cpus);
      if (granted !== undefined && granted >= 1) assert.ok(limited <= granted);
    }),
  );
});

test("property: whatever the files say, there is at least one CPU", () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.integer(), fc.integer()).map(([quota, period]) => `${quota} ${period}\n`),
  );
  fc.assert(
    fc.property(text, (content) => {
      const limited = limitedCpus(4, parseCpuMax(content));
      assert.ok(Number.isInteger(limited) && limited >= 1 && limited <= 4);
    }),
  );
});

test("property: the folders of a group lead up to the root, one step at a time", () => {
  const name = fc.stringMatching(/^[a-z0-9.:_@-]+$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), (names) => {
      const folders = groupFolders(`0::/${names.join("/")}\n`, "unified");
      assert.equal(folders.length, names.length + 1);
      assert.equal(folders[0], `/${names.join("/")}`);
      assert.equal(folders.at(-1), "/");
    }),
  );
});

test("the log tells of a quota only where it made the number what it is", () => {
  assert.equal(describeQuota(2, 8, 2.5), "nodes: 2, as the quota of this control group is 2.5 of 8 CPUs");
  assert.equal(describeQuota(1, 8, 0.333), "nodes: 1, as the quota of this control group is 0.33 of 8 CPUs");
  assert.equal(describeQuota(4, 8, 2), undefined, "the number was given");
  assert.equal(describeQuota(8, 8, 16), undefined, "the machine is smaller");
  assert.equal(describeQuota(8, 8, undefined), undefined);
});
