/**
 * The cluster at a moment, what it has come to by then, and what a hand can do.
 *
 * @module
 */
import { useCallback, useState } from "preact/hooks";
import { type RunDocument } from "../../viewer/run/document.ts";
import { type Target } from "../run/ring.ts";
import { Figures } from "./figures.tsx";
import { type Deed, Handles } from "./handles.tsx";
import { type Player } from "./player.ts";
import { Ring } from "./ring.tsx";
import { Transport } from "./transport.tsx";

export function Stage({ run, player, act }: {
  readonly run: RunDocument;
  readonly player: Player;
  /** Done at the playhead's moment. */
  readonly act: (deed: Deed) => void;
}) {
  const [chosen, setChosen] = useState<Target>();
  const choose = useCallback((target: Target | undefined) => {
    // A message moves on before one can read what it is.
    if (target?.kind === "message") player.pause();
    setChosen(target);
  }, [player]);
  // The positions of messages are another run's, maybe.
  const { messages } = run;
  const isGone = chosen?.kind === "message" &&
    chosen.message >= (messages?.count ?? 0);
  return (
    <section class="theatre" aria-label="The cluster">
      <Ring
        run={run}
        player={player}
        chosen={isGone ? undefined : chosen}
        choose={choose}
      />
      <div class="beside">
        <Figures run={run} player={player} />
        <Handles
          run={run}
          player={player}
          chosen={isGone ? undefined : chosen}
          choose={choose}
          act={act}
        />
      </div>
      <Transport run={run} player={player} />
    </section>
  );
}
