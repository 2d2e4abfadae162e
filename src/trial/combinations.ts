import { UsageError } from '../errors.ts'
import { type ConditionFields, conditionFieldNames } from './plan.ts'

/** A value for each field that varies. */
export type Choice = {
  [Field in keyof ConditionFields]?: Field extends 'faults'
    ? ConditionFields[Field]
    : Exclude<ConditionFields[Field], readonly unknown[]> | undefined
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly (T | undefined)[] =>
  Array.isArray(value) ? value : [value as T | undefined]

/** Far more than anybody waits for: lists multiply, and ten of ten values are 10,000,000,000 combinations. */
const COMBINATIONS_MAX = 10_000

/** Every combination of the values of the fields, the last field varying fastest. @throws UsageError */
export function combinations(fields: Partial<ConditionFields>): Choice[] {
  let choices: Choice[] = [{}]
  for (const name of conditionFieldNames) {
    // A list of faults is one value: all of them lie in wait together.
    const values = name === 'faults' ? [fields.faults] : listOf<unknown>(fields[name])
    if (choices.length * values.length > COMBINATIONS_MAX)
      throw new UsageError(
        `${name}: the lists of the plan multiply to more than ${COMBINATIONS_MAX} combinations: shorten one`,
      )
    choices = choices.flatMap(choice => values.map(value => ({ ...choice, [name]: value })))
  }
  return choices
}
