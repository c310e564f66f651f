/**
 * What a hand has done to the run: a list, to go there and to take it back, and
 * the file that repeats it elsewhere.
 *
 * @module
 */
import {
  describeStep,
  formatFaultScript,
} from "../../workbench/cluster/fault_script.ts";
import { type Plan, STEPS_FILE } from "../run/plan.ts";
import { save } from "./save.ts";
import { type Player } from "./player.ts";

export function Deeds({ plan, setPlan, player }: {
  readonly plan: Plan;
  readonly setPlan: (plan: Plan) => void;
  readonly player: Player;
}) {
  const { steps } = plan;
  if (steps.length === 0) return null;
  return (
    <section class="deeds" aria-label="By hand">
      <h2>By hand</h2>
      <ol>
        {steps.map((step, i) => (
          <li key={i}>
            <button
              type="button"
              class="link"
              onClick={() => player.seek(step.at)}
            >
              {(step.at / 1000).toFixed(3)} s
            </button>{" "}
            {describeStep(step)}{" "}
            <button
              type="button"
              class="link"
              aria-label={`Take back: ${describeStep(step)}`}
              onClick={() =>
                setPlan({
                  ...plan,
                  steps: steps.filter((it) => it !== step),
                })}
            >
              take back
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="link"
        onClick={() => save(STEPS_FILE, formatFaultScript(steps))}
      >
        Save {STEPS_FILE}
      </button>
    </section>
  );
}
