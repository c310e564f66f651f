#!/bin/sh
# Nodes that write lines in unusual ways, each as its argument says.
say() { printf '{"src":"n0","dest":"n0","body":{"type":"%s"}}\n' "$1"; }
case "$1" in
  pieces)
    printf '{"src":"n0","dest":"n0",'
    sleep 0.05
    printf '"body":{"type":"first"}}\r\n{"src":"n0","dest":"n0","body"'
    sleep 0.05
    printf ':{"type":"second"}}\r\n' ;;
  characters)
    printf '{"src":"n0","dest":"n0","body":{"type":"gr\303'
    sleep 0.05
    printf '\274\303\237e"}}\n' ;;
  invalid)
    printf '{"src":"n0","dest":"n0","body":{"type":"\377"}}\n' ;;
  huge)
    printf '{"src":"n0","dest":"n0","body":{"type":"'
    head -c 10000000 /dev/zero | tr '\0' x
    printf '"}}\n' ;;
  unended)
    echo "the end of my log" >&2
    printf '{"src":"n0","dest":"n0","body":{"type":"last"}}'
    exit 0 ;;
  endless)
    say ready
    printf '{"src":"n0","dest":"n0","body":{"type":"unheard"}}' ;;
  mute) ;;
  orphan)
    setsid sleep 60 &
    say "p$!"
    exit 5 ;;
  garbage)
    for _ in 1 2 3 4 5 6 7 8 9; do echo "no JSON"; done ;;
  deaf)
    trap 'say awake' USR1
    say ready
    say "p$$" ;;
esac
while :; do sleep 0.05; done
