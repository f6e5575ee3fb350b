/** esbuild bundles these files into page.css. */
declare module '*.css';
