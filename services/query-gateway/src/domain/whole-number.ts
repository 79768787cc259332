import { z } from 'zod';

/** A parameter that counts something. */
export const wholeNumber = (name: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, `${name} is a whole number above 0`)
    .transform(Number);
