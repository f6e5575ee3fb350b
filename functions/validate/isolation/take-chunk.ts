const CHUNK_TEXTS_MAX = 50;
const CHUNK_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Takes a worker's share off the front of what waits: at least one, and no more than travels well. */
export function takeChunk<Task extends { readonly text: string }>(
  pending: Task[],
  share: number,
): Task[] {
  let characters = 0;
  const most = pending.slice(0, Math.min(share, CHUNK_TEXTS_MAX));
  const fitting = most.findIndex((task, position) => {
    characters += task.text.length;
    return position > 0 && characters > CHUNK_CHARACTERS_MAX;
  });
  return pending.splice(0, fitting === -1 ? most.length : fitting);
}
