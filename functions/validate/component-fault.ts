/** Something of our own failed. It says nothing about the resource, and spends no attempt (R09). */
export class ComponentFault extends Error {
  override readonly name = 'ComponentFault';
}
