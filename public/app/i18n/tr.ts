// Turkish; written with the English words below.
export const tr: Readonly<Record<string, string>> = {};
