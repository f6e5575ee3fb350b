/**
 * The parts of WebAssembly that are used here: TypeScript declares them only together with a browser's
 * DOM.
 */
declare namespace WebAssembly {
  interface Described {
    readonly name: string;
    readonly kind: string;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  // biome-ignore lint/suspicious/noEmptyInterface: compiled code shows nothing of itself
  interface Module {}
  type ModuleImports = Record<string, unknown>;

  const Module: {
    new (bytes: Uint8Array): Module;
    exports(module: Module): Described[];
    imports(module: Module): (Described & { readonly module: string })[];
  };
  const Instance: {
    new (module: Module, imports: Record<string, ModuleImports>): Instance;
  };
  const RuntimeError: { new (message?: string): Error };
  const CompileError: { new (message?: string): Error };
}
