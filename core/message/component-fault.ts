/**
 * Something of our own failed. It says nothing about the resource, and spends no attempt (R09). The error
 * message is ours, so it may be logged.
 */
export class ComponentFault extends Error {
  override readonly name = 'ComponentFault';
}
