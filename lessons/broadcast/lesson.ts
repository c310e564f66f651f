import { type Lesson, stepsIn } from "../lesson.ts";

/** Five nodes, few values, and lines that are seen to slant. */
const five =
  "-w broadcast --node-count 5 --rate 10 --time-limit 10 --latency 20";
const cut = `${five} --nemesis partition --nemesis-interval 3`;
/** Killed nodes come back with empty hands; what died with all who knew it may be lost. */
const killed = `${five} --nemesis kill --nemesis-interval 3 --forgive-victims`;
/** fly.io's 3d and 3e, for half the time. */
const many =
  "-w broadcast --node-count 25 --rate 100 --time-limit 10 --latency 100";

export const broadcast: Lesson = {
  id: "broadcast",
  challenge: "3",
  title: "Broadcast",
  themes: ["partial failures", "latencies", "consistency models"],
  about: "How a value reaches everybody where messages get lost, and how few " +
    "messages that takes on a slow network",
  givesUp: "Fresh reads: every node answers at once, from what it has heard. " +
    "A value that was accepted on the other side comes after the cut is mended.",
  steps: stepsIn("broadcast", [
    {
      id: "1_tell_all",
      title: "Tell all, once",
      claims: [
        {
          title: "Works while the network does",
          flags: five,
          seed: "lesson",
          valid: 10,
          below: { max: 21 },
        },
        {
          title: "Loses values when links are cut",
          flags: cut,
          seed: "lesson/1",
          fails: "lost",
        },
        {
          title: "Two lost messages in a hundred are enough",
          flags: `${five} --p-loss 0.02`,
          seed: "lesson/1",
          fails: "lost",
        },
      ],
    },
    {
      id: "2_until_heard",
      title: "Tell until it is heard",
      claims: [
        {
          title: "Loses nothing when links are cut",
          flags: cut,
          seed: "lesson",
          valid: 10,
        },
        {
          title: "Each request is answered all the time, and reads are old",
          flags: `${cut} --availability total`,
          seed: "lesson",
          valid: 10,
          above: { max: 1000 },
        },
        {
          title: "Drowns in its own messages when answers take 200 ms",
          flags: "-w broadcast --node-count 5 --rate 10 --time-limit 2 " +
            "--latency 100",
          seed: "lesson",
          valid: 1,
          above: { msgsPerOp: 200 },
        },
        {
          title: "With more patience, it does not",
          flags: "-w broadcast --node-count 5 --rate 10 --time-limit 2 " +
            "--latency 100 -- --patience 1000",
          seed: "lesson",
          valid: 10,
          below: { msgsPerOp: 5 },
        },
        {
          title: "A node that was killed never learns what it forgot",
          flags: killed,
          seed: "lesson/1",
          fails: "lost",
        },
      ],
    },
    {
      id: "3_compare_notes",
      title: "Compare notes",
      claims: [
        {
          title: "A node that was killed catches up",
          flags: killed,
          seed: "lesson",
          valid: 20,
        },
        {
          title:
            "Loses nothing when links are cut, for a third of the messages",
          flags: cut,
          seed: "lesson",
          valid: 20,
          below: { msgsPerOp: 4 },
        },
        {
          title: "25 nodes, slow network: fast, for 13 messages an operation",
          flags: many,
          seed: "lesson",
          valid: 2,
          above: { msgsPerOp: 12 },
          below: { msgsPerOp: 14, median: 100, max: 101 },
        },
      ],
    },
    {
      id: "4_wait_together",
      title: "Wait, and tell together",
      claims: [
        {
          title: "A second of waiting saves more than half of the messages",
          flags: many,
          seed: "lesson",
          valid: 2,
          above: { median: 600 },
          below: { msgsPerOp: 6, median: 1000, max: 1200 },
        },
        {
          title: "A fifth of a second saves little",
          flags: `${many} -- --wait 200`,
          seed: "lesson",
          valid: 1,
          above: { msgsPerOp: 9, median: 200 },
          below: { max: 301 },
        },
        {
          title: "Four seconds save little more",
          flags: `${many} -- --wait 4000`,
          seed: "lesson",
          valid: 1,
          above: { msgsPerOp: 2, median: 1500 },
          below: { msgsPerOp: 3 },
        },
        {
          title: "With ten times as many operations, a fifth of a second is " +
            "enough",
          flags: "-w broadcast --node-count 25 --rate 1000 --time-limit 10 " +
            "--latency 100 -- --wait 200",
          seed: "lesson",
          valid: 1,
          below: { msgsPerOp: 3.5, max: 301 },
        },
      ],
    },
    {
      id: "5_one_root",
      title: "One node collects",
      claims: [
        {
          title: "A tenth of a second is enough: 3 messages an operation",
          flags: many,
          seed: "lesson",
          valid: 2,
          below: { msgsPerOp: 3.5, median: 200, max: 300 },
        },
        {
          title: "Half a second: fewer still",
          flags: `${many} -- --wait 500`,
          seed: "lesson",
          valid: 1,
          below: { msgsPerOp: 2, median: 500, max: 700 },
        },
        {
          title: "What is lost on the way takes seconds",
          flags: `${many} --p-loss 0.05`,
          seed: "lesson",
          valid: 4,
          above: { median: 300, max: 5000 },
        },
        {
          title: "All wait for a root that is paused",
          flags: "-w broadcast --node-count 5 --rate 10 --time-limit 10 " +
            "--latency 20 --nemesis pause --nemesis-interval 3",
          seed: "lesson",
          valid: 5,
          above: { max: 2000 },
        },
      ],
    },
    {
      id: "6_the_script",
      title: "The project's own",
      program: "broadcast.ts",
      claims: [
        {
          title: "Loss is noticed at once, and mended",
          flags: `${many} --p-loss 0.05`,
          seed: "lesson",
          valid: 4,
          below: { median: 250, max: 2500, msgsPerOp: 5 },
        },
        {
          title: "Nobody waits long for a root that is paused",
          flags: "-w broadcast --node-count 5 --rate 10 --time-limit 10 " +
            "--latency 20 --nemesis pause --nemesis-interval 3",
          seed: "lesson",
          valid: 5,
          below: { max: 500 },
        },
        {
          title: "The fast end of its dial",
          flags: many,
          seed: "lesson",
          valid: 2,
          below: { msgsPerOp: 3, median: 120, max: 200 },
        },
        {
          title: "The thrifty end",
          flags: `${many} -- --max-wait 1300`,
          seed: "lesson",
          valid: 2,
          below: { msgsPerOp: 1, median: 1000, max: 2000 },
        },
        {
          title: "Holds under all faults at once",
          flags: "-w broadcast --node-count 5 --rate 10 --time-limit 10 " +
            "--latency 20 --nemesis partition,kill,pause " +
            "--nemesis-interval 3 --p-loss 0.1 --p-duplicate 0.1 " +
            "--forgive-victims",
          seed: "lesson",
          valid: 10,
        },
      ],
    },
  ]),
};
