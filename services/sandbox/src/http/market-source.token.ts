/** Names the {@link MarketSource} that the controllers serve from. */
export const MARKET_SOURCE = Symbol('MarketSource');
