import assert from "node:assert/strict";
import { summarize } from "../../../workbench/results/maelstrom_results.ts";

/** All that Clojure's printer may put into results, in Maelstrom's places. */
const everything = `
{:perf {:latency-graph {:valid? true}, :rate-graph {:valid? true}, :valid? true},
 :timeline {:valid? true},
 :exceptions {:valid? true},
 :stats {:valid? true, :count 9007199254740993, :ok-count 12N,
         :by-f {:txn {:valid? true, :count 3, :ok-count 3}}},
 :availability {:valid? true, :ok-fraction 0.9895833},
 :net {:all {:send-count 90, :recv-count 90, :msg-count 90, :msgs-per-op 90/31},
       :clients {:send-count 60, :recv-count 60, :msg-count 60},
       :servers {:send-count 30, :recv-count 30, :msg-count 30, :msgs-per-op 1/3},
       :valid? true},
 :workload {:valid? true,
            :worst-realtime-lag {:time 0.2, :lag ##NaN, :process 3, :key "9"},
            :range [##-Inf ##Inf],
            :note "a \\"##quoted\\" \\\\",
            :letter \\a,
            :quote \\",
            :not #{:read-committed},
            :worst-stale ({:element 7,
                           :outcome :stable,
                           :stable-latency 172,
                           :known #jepsen.history.Op{:index 3, :time 17,
                                                     :type :ok, :process 0,
                                                     :f :broadcast, :value 7},
                           :last-absent nil}),
            :results {0 {:linearizable {:valid? true, :configs ()}},
                      1 {:linearizable #knossos.Result{:valid? true}}},
            :when #inst "2024-01-01T00:00:00.000-00:00",
            :thing #object[clojure.core$inc 0x1 "inc"],
            :stable-latencies {0 0, 0.5 172, 0.95 198.5, 0.99 200M, 1 201},
            :lost ()},
 :valid? true}
`;

Deno.test("maelstrom: whatever Clojure prints is read", () => {
  assert.deepEqual(summarize(everything), {
    valid: true,
    operations: 9007199254740992,
    msgsPerOp: 1 / 3,
    median: 172,
    max: 201,
    explanation: [],
  });
});

/** As Elle's verdict on a run that was asked for more than it gave. */
const txn = `
{:stats {:valid? true, :count 31},
 :net {:servers {:msgs-per-op 0.5}},
 :workload {:valid? false,
            :anomaly-types (:G-single-item :G1a),
            :anomalies {:G1a ({:op #jepsen.history.Op{:index 5, :type :ok,
                                                      :value [[:r 1 2]]},
                               :mop [:r 1 2], :element 2})},
            :not #{:read-committed},
            :also-not #{:serializable :strict-serializable}},
 :valid? false}
`;

Deno.test("maelstrom: anomalies and the models that they rule out are named", () => {
  const { valid, explanation } = summarize(txn);
  assert.equal(valid, false);
  assert.equal(explanation.length, 1);
  assert.match(explanation[0], /^Maelstrom's workload checker says invalid:/);
  assert.match(explanation[0], /anomaly-types: \["G-single-item","G1a"\]/);
  assert.match(explanation[0], /\n {2}not: \["read-committed"\]/);
});

/** As a checker a key, of which one fails and one can't tell. */
const registers = `
{:workload {:valid? false,
            :results {0 {:linearizable {:valid? true}, :valid? true},
                      1 {:linearizable {:valid? false, :op {:value [1 2]}},
                         :timeline {:valid? true},
                         :valid? false},
                      2 {:linearizable {:valid? :unknown, :cause :timeout},
                         :valid? :unknown}},
            :failures [1 2]},
 :valid? false}
`;

Deno.test("maelstrom: the keys whose registers are not linearizable are named", () => {
  const { valid, explanation } = summarize(registers);
  assert.equal(valid, false);
  assert.match(explanation.join("\n"), /failures: \[1,2\]/);
});

/** As a checker that threw. */
const thrown = `
{:workload {:valid? :unknown,
            :error {:via [{:type java.lang.AssertionError,
                           :message "Assert failed: (integer? x)",
                           :at [maelstrom.core$f invoke "core.clj" 7]}],
                    :trace [[a.b$c d "e.clj" -1]]}},
 :stats {:valid? true, :count 4},
 :valid? :unknown}
`;

Deno.test("maelstrom: a checker that threw leaves an unknown verdict", () => {
  const { valid, explanation } = summarize(thrown);
  assert.equal(valid, "unknown");
  assert.match(explanation[0], /workload checker says unknown/);
  assert.match(explanation[0], /Assert failed: \(integer\? x\)/);
});

Deno.test("maelstrom: latencies of operations are found in records, too", () => {
  const history = `
#jepsen.history.Op{:index 0, :time 1000000, :type :invoke, :process 0, :f :txn, :value [[:r 1 nil]]}
{:index 1, :time 1500000, :type :info, :process :nemesis, :f :start-partition, :value #{"n1"}}
#jepsen.history.Op{:index 2, :time 6000000, :type :ok, :process 0, :f :txn, :value [[:r 1 ##NaN]]}
`;
  const { median, max } = summarize(txn, history);
  assert.deepEqual({ median, max }, { median: 5, max: 5 });
});
