// Loaded by Node before a program that knows nothing of this package.
export {};
