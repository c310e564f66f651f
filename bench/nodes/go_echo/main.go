// Echo on Maelstrom's own library for Go.
package main

import (
	"encoding/json"
	"log"

	maelstrom "github.com/jepsen-io/maelstrom/demo/go"
)

func main() {
	node := maelstrom.NewNode()
	node.Handle("echo", func(request maelstrom.Message) error {
		var body map[string]any
		if err := json.Unmarshal(request.Body, &body); err != nil {
			return err
		}
		return node.Reply(request, map[string]any{
			"type": "echo_ok",
			"echo": body["echo"],
		})
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
}
