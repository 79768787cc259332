import { parseYaml } from '../parse-yaml.js';
import type { RuleFile } from '../parse-yaml.js';
import type { FaultList } from '../rule-error.js';
import { calendarShape } from './calendar-shape.js';
import { Calendar } from './calendar.js';

/** The calendars of datasets. */
export type Calendars = ReadonlyMap<string, Calendar>;

/** Checks and compiles calendars. Faults are added to the list; the result is then of no use. */
export function compileCalendars(files: readonly RuleFile[], faults: FaultList): Calendars {
  const calendars = new Map<string, Calendar>();
  for (const file of files) {
    const yaml = faults.attempt(() => parseYaml(file, calendarShape));
    if (!yaml) continue;
    const calendar = new Calendar(yaml.value);
    yaml.value.datasets.forEach((dataset, index) => {
      const other = calendars.get(dataset);
      if (!other) return calendars.set(dataset, calendar);
      const message = `the calendar ${other.name} is for ${dataset} already`;
      return faults.add(yaml.fault(['datasets', index], message));
    });
  }
  return calendars;
}
