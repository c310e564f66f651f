/**
 * All lessons, in the order in which they are to be read.
 *
 * @module
 */
import { broadcast } from "./broadcast/lesson.ts";
import { counter } from "./counter/lesson.ts";
import { echo } from "./echo/lesson.ts";
import { kafka } from "./kafka/lesson.ts";
import { type Lesson } from "./lesson.ts";
import { txn } from "./txn/lesson.ts";
import { uniqueIds } from "./unique_ids/lesson.ts";

export const lessons: readonly Lesson[] = [
  echo,
  uniqueIds,
  broadcast,
  counter,
  kafka,
  txn,
];
