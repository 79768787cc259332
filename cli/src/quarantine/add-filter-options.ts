import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

const wholeNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

/** Gives a command the options of a filter of refused records. */
export const addFilterOptions = (command: Command): Command =>
  command
    .option('--dataset <dataset>', 'for example GLBX.MDP3')
    .option('--schema <schema>', 'for example trades')
    .option('--rule <rule>', 'the rule that refused them')
    .option('--job <job>', 'the job that fetched them')
    .option('--chunk <id>', 'the chunk that they came with')
    .option('--instrument <id>', 'an instrument id', wholeNumber)
    .option('--symbol <symbol>', "the venue's symbol on the record's day, for example ESU4")
    .option('--since <time>', 'refused at that time or later, UTC')
    .option('--until <time>', 'refused before that time');
