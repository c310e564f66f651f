#!/bin/sh
# A node that ends only by SIGKILL. After its init it says its process id into
# the pipe that it is given, then hears nothing more.
trap '' HUP INT TERM
read -r _
echo $$ >"$1"
while :; do sleep 1000; done
