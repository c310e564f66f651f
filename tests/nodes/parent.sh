#!/bin/sh
# A node with a child. After its init it says both process ids into the pipe
# that it is given.
read -r _
sleep 1000 &
echo "$$ $!" >"$1"
wait
