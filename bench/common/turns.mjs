// What keeps a comparison fair: each round another one begins, and one's failure does not end the others' round.

export function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** What `action` gives, or `{ error }`. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    return { error: error.message };
  }
}
