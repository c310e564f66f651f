import { type Lesson, stepsIn } from "../lesson.ts";

const three = "-w txn-rw-register --node-count 3 --rate 30 --latency 20";
const calm = `${three} --time-limit 5`;
const cut = `${three} --time-limit 10 --nemesis partition --nemesis-interval 3`;

export const txn: Lesson = {
  id: "txn",
  challenge: "6",
  title: "Transactions",
  themes: ["consistency models", "partial failures"],
  about: "What transactions can promise when every node answers at once, cut " +
    "off or not",
  givesUp: "What needs agreement: cut off, two nodes may both sell the last " +
    "seat (lost updates, write skew). And what was not yet told dies with a node.",
  steps: stepsIn("txn", [
    {
      id: "1_one_node_decides",
      title: "One node decides",
      claims: [
        {
          title: "Strictly serializable, cut or not",
          flags: `${cut} --consistency-models strict-serializable`,
          seed: "txn",
          valid: 5,
        },
        {
          title: "But who is cut off is not answered",
          flags: `${cut} --consistency-models strict-serializable ` +
            "--availability total",
          seed: "txn/1",
          fails: "unavailable",
        },
      ],
    },
    {
      id: "2_each_write_at_once",
      title: "Each write at once",
      claims: [
        {
          title: "All are answered, and it is read uncommitted",
          flags: `${cut} --consistency-models read-uncommitted ` +
            "--availability total",
          seed: "txn",
          valid: 5,
        },
        {
          title: "A value is read that was only on the way",
          flags: `${calm} --latency-dist exponential ` +
            "--consistency-models read-committed",
          seed: "txn/1",
          fails: "G1b",
        },
        {
          title: "It is, too, if the network keeps its order",
          flags: `${calm} --consistency-models read-committed`,
          seed: "txn/1",
          fails: "G1b",
        },
      ],
    },
    {
      id: "3_whole_transactions",
      title: "Whole transactions",
      claims: [
        {
          title: "Read committed, and totally available",
          flags: `${cut} --latency-dist exponential ` +
            "--consistency-models read-committed --availability total",
          seed: "txn",
          valid: 5,
        },
        {
          title: "Two copies differ for ever",
          flags: `${calm} --consistency-models read-committed ` +
            "--check-convergence",
          seed: "txn/18",
          fails: "divergence",
        },
      ],
    },
    {
      id: "4_the_later_write_stays",
      title: "The later write stays",
      claims: [
        {
          title: "Copies become equal, in whatever order news comes",
          flags: `${calm} --latency-dist exponential ` +
            "--consistency-models read-committed --check-convergence",
          seed: "txn",
          valid: 20,
        },
        {
          title: "What is sent across a cut is never heard",
          flags: `${cut} --consistency-models read-committed ` +
            "--check-convergence",
          seed: "txn/1",
          fails: "divergence",
        },
        {
          title: "Neither is what gets lost",
          flags: `${calm} --consistency-models read-committed ` +
            "--check-convergence --p-loss 0.05",
          seed: "txn/1",
          fails: "divergence",
        },
      ],
    },
    {
      id: "5_deltas",
      title: "The project's own",
      program: "txn.ts",
      claims: [
        {
          title: "Causal, convergent, and always answered",
          flags: `${cut} --latency-dist exponential --p-loss 0.05 ` +
            "--p-duplicate 0.05 --availability total --consistency-models " +
            "causal-cerone,strong-session-read-committed --check-convergence",
          seed: "txn",
          valid: 10,
        },
        {
          title: "Updates get lost: nobody who always answers prevents that",
          flags: `${calm} --consistency-models snapshot-isolation`,
          seed: "txn/3",
          fails: "lost-update",
        },
      ],
    },
  ]),
};
