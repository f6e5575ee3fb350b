/** The first Ctrl-C lets work in progress finish, a second one kills the process. */
export function stopOnInterrupt(onInterrupt: () => void = () => {}): AbortSignal {
  const stopping = new AbortController();
  process.once('SIGINT', () => {
    stopping.abort();
    onInterrupt();
  });
  return stopping.signal;
}
