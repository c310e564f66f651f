import { type Lesson, stepsIn } from "../lesson.ts";

const few = "-w kafka --node-count 3 --rate 10 --time-limit 5 --latency 10";
const some = "-w kafka --node-count 3 --rate 20 --time-limit 10 --latency 10";
const far = "-w kafka --node-count 5 --concurrency 2n --rate 100 " +
  "--time-limit 10 --latency 50";
const cut =
  `${some} --nemesis partition --nemesis-interval 3 --availability 0.96`;
const broken = `${some} --latency-dist exponential --p-loss 0.05 ` +
  "--nemesis kill,pause,partition --nemesis-interval 2";

export const kafka: Lesson = {
  id: "kafka",
  challenge: "5",
  title: "A log like Kafka's",
  themes: ["partial failures", "latencies", "consistency models"],
  about: "How nodes agree on one order, though some die or are cut off, and " +
    "what that costs",
  givesUp: "Sends where a node can't reach lin-kv, since nobody can agree " +
    "alone; and fresh polls, since they are answered from memory.",
  steps: stepsIn("kafka", [
    {
      id: "1_each_its_own",
      title: "Each node its own",
      claims: [
        {
          title: "Three nodes give out the same offset",
          flags: few,
          seed: "log/1",
          fails: "inconsistent-offsets",
        },
        {
          title: "One node alone is right",
          flags:
            "-w kafka --node-count 1 --rate 10 --time-limit 5 --latency 10",
          seed: "log",
          valid: 5,
        },
      ],
    },
    {
      id: "2_one_node_for_all",
      title: "One node for all",
      claims: [
        {
          title: "The leader dies, and with it all messages",
          flags: `${some} --nemesis kill --nemesis-interval 3`,
          seed: "log/2",
          fails: "lost-write",
        },
        {
          title: "Who can't reach the leader is not served",
          flags: cut,
          seed: "log/1",
          fails: "unavailable",
        },
        {
          title: "While nothing breaks, it is right and cheap",
          flags: some,
          seed: "log",
          valid: 5,
          below: { msgsPerOp: 1.5 },
        },
      ],
    },
    {
      id: "3_a_key_for_each_message",
      title: "A key for each message",
      claims: [
        {
          title: "Nodes die, are paused, are cut off, and it holds",
          flags: broken,
          seed: "log",
          valid: 10,
        },
        {
          title: "What arrives twice is refused, and written again",
          flags: "-w kafka --node-count 3 --rate 20 --time-limit 10 " +
            "--latency 20 --latency-dist exponential --p-duplicate 0.1",
          seed: "log/9",
          fails: "duplicate",
        },
        {
          title: "Contention: a send takes 16 tries",
          flags: "-w kafka --node-count 5 --rate 20 --time-limit 5 " +
            "--latency 50 --key-count 2",
          seed: "log",
          valid: 1,
          above: { max: 1500 },
        },
        {
          title: "It needs 15 messages for each operation",
          flags: far,
          seed: "log",
          valid: 1,
          above: { msgsPerOp: 14 },
        },
      ],
    },
    {
      id: "4_one_log_of_all",
      title: "One log of all",
      claims: [
        {
          title: "Messages share a slot, but polls have to wait",
          flags: far,
          seed: "log",
          valid: 1,
          below: { msgsPerOp: 5 },
          above: { median: 300 },
        },
        {
          title: "What arrives twice is appended twice",
          flags: `${some} --p-duplicate 0.05`,
          seed: "log/3",
          fails: "duplicate",
        },
        {
          title: "Who can't reach the owner can't send",
          flags: cut,
          seed: "log/1",
          fails: "unavailable",
        },
        {
          title: "Nothing is lost when nodes die",
          flags: broken,
          seed: "log",
          valid: 10,
        },
      ],
    },
    {
      id: "5_kafka",
      title: "The project's own",
      program: "kafka.ts",
      claims: [
        {
          title: "It holds under all faults at once",
          flags: `${broken} --p-duplicate 0.05`,
          seed: "log",
          valid: 10,
        },
        {
          title: "Cut off from the owner, a node writes by itself",
          flags: cut,
          seed: "log",
          valid: 10,
          above: { max: 1000 },
        },
        {
          title: "A tenth of the messages, and no waiting",
          flags: far,
          seed: "log",
          valid: 1,
          below: { msgsPerOp: 2, median: 100 },
        },
      ],
    },
  ]),
};
