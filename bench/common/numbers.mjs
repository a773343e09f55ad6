// Numbers as they are given on the command line.

export function wholeNumber(option, given, least, most) {
  const number = Number(given);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new RangeError(`${option} takes a whole number from ${least} to ${most}, not ${given}`);
}
