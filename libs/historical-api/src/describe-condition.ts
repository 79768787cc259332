import type { DateCondition } from './historical-source.js';

/** A day in the API's own form. */
export const describeCondition = ({ date, condition, lastModified = date }: DateCondition) => ({
  date,
  condition,
  last_modified_date: lastModified,
});
