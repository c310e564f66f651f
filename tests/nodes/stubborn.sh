#!/bin/sh
# A node that ends only by SIGKILL. It says its process id into the pipe that
# it is given, then hears nothing more.
trap '' HUP INT TERM
echo $$ >"$1"
while :; do sleep 1000; done
