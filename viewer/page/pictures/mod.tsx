/**
 * Each workload's own picture.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { type TabProps } from "../tabs.tsx";

export interface WorkloadPicture {
  readonly title: string;
  Picture(props: TabProps): ComponentChildren;
}

export const pictures: Readonly<Record<string, WorkloadPicture>> = {};
