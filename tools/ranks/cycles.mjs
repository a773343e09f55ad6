// Finds imports that lead back to the file they start from.

/** One path per cycle, as `["a.ts", "b.ts", "a.ts"]`. `modules` have `path` and `imports` with `target`. */
export function cyclesIn(modules) {
  const targets = new Map(modules.map(({ path, imports }) => [path, targetsOf(imports)]));
  const done = new Set();
  const cycles = [];
  for (const path of targets.keys()) visit(path, []);
  return cycles;

  function visit(path, trail) {
    const start = trail.indexOf(path);
    if (start !== -1) return cycles.push([...trail.slice(start), path]);
    if (done.has(path)) return undefined;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    return done.add(path);
  }
}

function targetsOf(imports) {
  return [...new Set(imports.map(({ target }) => target).filter((target) => target !== undefined))];
}
