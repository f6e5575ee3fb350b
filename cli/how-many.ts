/** `1 message`, `2 messages`. */
export const howMany = (n: number, one: string, several = `${one}s`) =>
  `${n} ${n === 1 ? one : several}`;
