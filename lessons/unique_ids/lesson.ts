import { type Lesson, stepsIn } from "../lesson.ts";

const three = "-w unique-ids --node-count 3 --rate 100 --time-limit 5";
const cut =
  `${three} --nemesis partition --nemesis-interval 2 --availability total`;
const killed = `${three} --nemesis kill --nemesis-interval 1`;

export const uniqueIds: Lesson = {
  id: "unique_ids",
  challenge: "2",
  title: "Unique ids",
  themes: ["partial failures", "consistency models"],
  about: "How nodes that do not talk to each other never say the same, and " +
    "what it costs if they talk",
  givesUp: "Order: ids say nothing of which came first. In return each node " +
    "hands them out alone, on either side of any cut.",
  steps: stepsIn("unique_ids", [
    {
      id: "1_count",
      title: "Count",
      claims: [
        {
          title: "One node counts right",
          flags: "-w unique-ids --node-count 1 --rate 100 --time-limit 5",
          seed: "lesson",
          valid: 5,
        },
        {
          title: "Three nodes all say 1",
          flags: three,
          seed: "lesson/1",
          fails: "duplicated",
        },
      ],
    },
    {
      id: "2_name_and_count",
      title: "Name and count",
      claims: [
        {
          title: "Needs no network at all",
          flags: cut,
          seed: "lesson",
          valid: 10,
        },
        {
          title: "A node that was killed begins at 1 again",
          flags: killed,
          seed: "lesson/8",
          fails: "duplicated",
        },
      ],
    },
    {
      id: "3_name_and_time",
      title: "Name and time",
      claims: [
        {
          title: "Kills do no harm while clocks are right",
          flags: killed,
          seed: "lesson",
          valid: 20,
        },
        {
          title: "A clock that jumps back, and a restart",
          flags: "-w unique-ids --node-count 3 --rate 300 --time-limit 5 " +
            "--nemesis kill --nemesis-interval 1 --clock-skew 3000",
          seed: "lesson/8",
          fails: "duplicated",
        },
        {
          title: "More ids than milliseconds, and a restart",
          flags: "-w unique-ids --node-count 3 --rate 5000 --time-limit 2 " +
            "--nemesis kill --nemesis-interval 1",
          seed: "lesson/4",
          fails: "duplicated",
        },
      ],
    },
    {
      id: "4_ask_one",
      title: "Ask one",
      claims: [
        {
          title: "Small numbers, in order, a round trip each",
          flags: `${three} --latency 50`,
          seed: "lesson",
          valid: 10,
          above: { max: 99 },
        },
        {
          title: "Cut off from n0, a node has none",
          flags: cut,
          seed: "lesson/1",
          fails: "unavailable",
        },
        {
          title: "When n0 is killed, it begins at 1 again",
          flags: killed,
          seed: "lesson/3",
          fails: "duplicated",
        },
      ],
    },
    {
      id: "5_the_script",
      title: "The project's own",
      program: "unique_ids.ts",
      claims: [
        {
          title: "Each request is answered at once, whatever is cut",
          flags: cut,
          seed: "lesson",
          valid: 10,
          below: { max: 1, msgsPerOp: 0.01 },
        },
        {
          title: "Unique under kills, pauses and clocks that jump",
          flags: `${three} --nemesis partition,kill,pause ` +
            "--nemesis-interval 1 --clock-skew 3000",
          seed: "lesson",
          valid: 20,
        },
      ],
    },
  ]),
};
