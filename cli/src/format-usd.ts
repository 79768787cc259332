/** Dollars for people: cents, and more digits where cents would show nothing. */
export const formatUsd = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 0.01 ? 6 : 2)}`;
