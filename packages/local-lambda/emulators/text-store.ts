/**
 * Lets dynalite keep tables in memory as text. It keeps each key and each item in a buffer of its own otherwise,
 * which costs more to make, to read and to collect as garbage.
 *
 * The order of keys stays: they are hexadecimal. Tables with a folder are not in memory.
 */

type Store = new (options: object) => object;

/**
 * Changes the store that dynalite makes.
 * @param memoryLevel the module `memory-level`, before dynalite is loaded
 */
export function storeText(memoryLevel: { MemoryLevel: Store }): void {
  const { MemoryLevel } = memoryLevel;
  memoryLevel.MemoryLevel = class extends MemoryLevel {
    constructor(options: object) {
      super({ ...options, storeEncoding: 'utf8' });
    }
  };
}
