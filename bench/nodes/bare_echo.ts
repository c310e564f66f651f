/**
 * Echo without a library: as little as a fast answer takes. It knows nothing of
 * handlers, errors, timers, RPC or bad input.
 */
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const buffer = new Uint8Array(1 << 18);
let rest = "";
for (;;) {
  const size = await Deno.stdin.read(buffer);
  if (size === null) break;
  const chunk = decoder.decode(buffer.subarray(0, size), { stream: true });
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  let text = "";
  for (const line of lines) {
    const { src, dest, body } = JSON.parse(line);
    const { type, msg_id: in_reply_to, echo } = body;
    const reply = { type: `${type}_ok`, in_reply_to, echo };
    text += JSON.stringify({ src: dest, dest: src, body: reply }) + "\n";
  }
  let bytes = encoder.encode(text);
  while (bytes.length > 0) {
    bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}
