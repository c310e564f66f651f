/**
 * What pages and checkers use, and browsers of the last two years and Node.js 20
 * may not have.
 *
 * @module
 */
import "core-js/actual/iterator/drop.js";
import "core-js/actual/iterator/every.js";
import "core-js/actual/iterator/filter.js";
import "core-js/actual/iterator/find.js";
import "core-js/actual/iterator/flat-map.js";
import "core-js/actual/iterator/for-each.js";
import "core-js/actual/iterator/map.js";
import "core-js/actual/iterator/reduce.js";
import "core-js/actual/iterator/some.js";
import "core-js/actual/iterator/take.js";
import "core-js/actual/iterator/to-array.js";
import "core-js/actual/json/is-raw-json.js";
import "core-js/actual/json/parse.js";
import "core-js/actual/json/raw-json.js";
import "core-js/actual/map/get-or-insert.js";
import "core-js/actual/map/get-or-insert-computed.js";
import "core-js/actual/map/group-by.js";
import "core-js/actual/promise/with-resolvers.js";
import "core-js/actual/set/difference.js";
import "core-js/actual/set/intersection.js";
import "core-js/actual/set/is-disjoint-from.js";
import "core-js/actual/set/is-subset-of.js";
import "core-js/actual/set/is-superset-of.js";
import "core-js/actual/set/symmetric-difference.js";
import "core-js/actual/set/union.js";
import "core-js/actual/typed-array/from-base64.js";
import "core-js/actual/weak-map/get-or-insert.js";
import "core-js/actual/weak-map/get-or-insert-computed.js";
