import { type Lesson, stepsIn } from "../lesson.ts";

const one = "-w echo --node-count 1 --rate 5 --time-limit 5";
const three = "-w echo --node-count 3 --rate 5 --time-limit 5 --latency 50";
const cut = `${three} --nemesis partition --nemesis-interval 2`;

export const echo: Lesson = {
  id: "echo",
  challenge: "1",
  title: "Echo",
  themes: ["partial failures", "latencies"],
  about: "What a request is, what a client knows if no reply comes, and what " +
    "it costs to need somebody else",
  givesUp: "Nothing: a node that needs no other one answers on either side.",
  steps: stepsIn("echo", [
    {
      id: "1_no_answer",
      title: "No answer",
      claims: [{
        title: "The client waits five seconds, and gives up",
        flags: one,
        seed: "lesson/1",
        fails: "wrong",
      }],
    },
    {
      id: "2_one_variable",
      title: "One variable",
      claims: [
        {
          title: "One client gets its own words",
          flags: one,
          seed: "lesson",
          valid: 10,
        },
        {
          title: "Three clients get each other's",
          flags: "-w echo --node-count 1 --concurrency 3 --rate 10 " +
            "--time-limit 5",
          seed: "lesson/1",
          fails: "wrong",
        },
      ],
    },
    {
      id: "3_ask_another",
      title: "Ask another",
      claims: [
        {
          title: "An echo takes two crossings of the network",
          flags: three,
          seed: "lesson",
          valid: 10,
          above: { median: 99 },
          below: { median: 101, max: 200 },
        },
        {
          title: "Cut off from the other, there is no echo",
          flags: `${cut} --availability total`,
          seed: "lesson/1",
          fails: "unavailable",
        },
      ],
    },
    {
      id: "4_the_script",
      title: "The project's own",
      program: "echo.ts",
      claims: [
        {
          title: "Each request is answered at once, whatever is cut",
          flags: `${cut} --availability total`,
          seed: "lesson",
          valid: 10,
          below: { max: 1 },
        },
        {
          title: "A node that is paused answers late, or too late",
          flags: "-w echo --node-count 3 --rate 5 --time-limit 10 " +
            "--latency 50 --nemesis pause --nemesis-interval 2",
          seed: "lesson",
          valid: 10,
          above: { max: 1000 },
        },
      ],
    },
  ]),
};
