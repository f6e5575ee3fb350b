// AssemblyScript imports from the module that a file is called after: this one is WASI preview 1.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md

export declare function fd_read(fd: u32, buffers: usize, count: usize, read: usize): u32;
export declare function fd_write(fd: u32, buffers: usize, count: usize, written: usize): u32;
export declare function proc_exit(status: u32): void;
