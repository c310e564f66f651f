/**
 * All lessons, in the order in which they are to be read.
 *
 * @module
 */
import { broadcast } from "./broadcast/lesson.ts";
import { counter } from "./counter/lesson.ts";
import { type Lesson } from "./lesson.ts";

export const lessons: readonly Lesson[] = [broadcast, counter];
