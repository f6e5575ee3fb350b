declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: { createTableMs?: number; path?: string }): Server;
}

declare module 'dynalite/db/*Parser.js' {
  const parser: { parse(text: string, options: object): unknown };
  export default parser;
}
