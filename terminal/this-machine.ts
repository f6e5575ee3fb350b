/** Host names in a URL that mean this machine. `*.localhost` and the rest of 127.0.0.0/8 are left out. */
export const THIS_MACHINE: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];
