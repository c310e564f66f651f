#!/bin/sh
# Nodes that break the protocol, each in the way that its argument names.
read -r _
case "$1" in
  garbage) echo "Hello, world!"; sleep 60 ;;
  envelope) echo '{"src": "n0"}'; sleep 60 ;;
  extra) echo '{"src":"n0","dest":"n0","body":{"type":"hi"},"ttl":1}'; sleep 60 ;;
  blank) echo; sleep 60 ;;
  odd)
    # Unusual, but for the receiver to judge.
    for body in null 7 '[1]' '{"in_reply_to":null}' '{"type":1,"msg_id":"x"}'; do
      for dest in n0 c0 lin-kv seq-kv lww-kv lin-tso; do
        echo "{\"src\":\"n0\",\"dest\":\"$dest\",\"body\":$body}"
      done
    done
    exit 3 ;;
  exits) echo "out of luck" >&2; exit 3 ;;
  nobody) echo '{"src":"n0","dest":"n77","body":{"type":"hi"}}'; sleep 60 ;;
  forged) echo '{"src":"n1","dest":"n0","body":{"type":"hi"}}'; sleep 60 ;;
  flood)
    while :; do echo '{"src":"n0","dest":"n0","body":{"type":"hi"}}'; done ;;
  family) sleep 60 & sleep 60 ;;
esac
