import { type Lesson, stepsIn } from "../lesson.ts";

const three =
  "-w g-counter --node-count 3 --rate 10 --time-limit 5 --latency 10";
const far = "-w g-counter --node-count 5 --rate 50 --time-limit 5 --latency 50";

export const counter: Lesson = {
  id: "counter",
  challenge: "4",
  title: "A counter",
  themes: ["consistency models", "partial failures"],
  about: "What a store may answer, and how to add once, and only once, where " +
    "answers get lost",
  givesUp:
    "Fresh reads: a node that is cut off answers at once, from what it " +
    "knew before. And adds, where a node can't reach the store: they wait.",
  steps: stepsIn("counter", [
    {
      id: "1_read_then_write",
      title: "Read, then write",
      claims: [
        {
          title: "Three nodes lose each other's adds",
          flags: three,
          seed: "count/4",
          fails: "wrong",
        },
        {
          title: "One node with one client loses none",
          flags:
            "-w g-counter --node-count 1 --rate 10 --time-limit 5 --latency 10",
          seed: "count",
          valid: 10,
        },
        {
          title: "Without any latency, too, adds are lost",
          flags:
            "-w g-counter --node-count 3 --rate 10 --time-limit 5 --latency 0",
          seed: "count/4",
          fails: "wrong",
        },
      ],
    },
    {
      id: "2_compare_and_set",
      title: "Compare and set",
      claims: [{
        title: "Nothing is lost, but two nodes are told an old sum",
        flags: three,
        seed: "count/1",
        fails: "wrong",
      }],
    },
    {
      id: "3_write_before_read",
      title: "Write before you read",
      claims: [
        {
          title: "An answer is lost, and an add is counted twice",
          flags: `${three} --p-loss 0.05`,
          seed: "count/3",
          fails: "wrong",
        },
        {
          title: "Without loss all nodes read the newest sum",
          flags: three,
          seed: "count",
          valid: 10,
        },
        {
          title: "Five nodes fall over each other: some adds take seconds",
          flags: far,
          seed: "count",
          valid: 1,
          above: { max: 2000 },
        },
      ],
    },
    {
      id: "4_one_key_each",
      title: "A key for each node",
      claims: [
        {
          title: "What is asked twice counts once",
          flags: `${three} --p-loss 0.05`,
          seed: "count",
          valid: 20,
        },
        {
          title: "Five nodes do not disturb each other",
          flags: far,
          seed: "count",
          valid: 1,
          below: { max: 201 },
          above: { msgsPerOp: 8 },
        },
        {
          title: "An older total overtakes a newer one",
          flags: "-w g-counter --node-count 3 --concurrency 2n --rate 20 " +
            "--time-limit 3 --latency 50 --latency-dist exponential",
          seed: "count/38",
          fails: "wrong",
        },
      ],
    },
    {
      id: "5_gossip",
      title: "The project's own",
      program: "counter.ts",
      claims: [
        {
          title: "It holds under all faults at once",
          flags: "-w g-counter --node-count 3 --concurrency 2n --rate 20 " +
            "--time-limit 10 --latency 50 --latency-dist exponential " +
            "--p-loss 0.05 --p-duplicate 0.05 " +
            "--nemesis partition,kill,pause --nemesis-interval 2",
          seed: "count",
          valid: 10,
        },
        {
          title: "Cut off, it answers at once, and with old sums",
          flags: "-w g-counter --node-count 5 --rate 50 --time-limit 10 " +
            "--latency 50 --nemesis partition --nemesis-interval 2 " +
            "--availability total",
          seed: "count",
          valid: 5,
          below: { median: 1 },
        },
        {
          title: "Reads cost nothing, and adds share",
          flags: far,
          seed: "count",
          valid: 1,
          below: { msgsPerOp: 2, median: 1 },
        },
      ],
    },
  ]),
};
