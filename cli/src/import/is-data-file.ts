/** Whether a file's name is that of DBN. */
export const isDataFile = (name: string): boolean => /\.dbn(?:\.zst)?$/.test(name);
