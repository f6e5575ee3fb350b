/** A wrong command line. Its message is the one line that the user sees; status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
