// AssemblyScript: the rule of plugins/cpf in one instance that lives on, which nothing isolates.

import { print, readInput } from '../../plugins/assembly/stdio';
import { answer } from '../../plugins/cpf/rule';

export function run(): void {
  print(answer(readInput()));
}
