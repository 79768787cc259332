/** When markets are open. */
export { Calendar, CLOSED, ETH, RTH } from './calendar.js';
export type { Session } from './calendar.js';
export type { Calendars } from './compile-calendars.js';
