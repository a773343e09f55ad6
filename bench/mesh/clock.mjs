// A clock that all processes of the machine share, unlike performance.now(), which counts from each one's own start.

/** Microseconds since an arbitrary moment, the same for every process. */
export function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
