//go:build js && wasm

// Command wasm is the browser's copy of the rules. It gives its worker one function, pipewrightRules(method, input), which
// answers {out} or {error}; see package live for the calls.
package main

import (
	"syscall/js"
	_ "time/tzdata" // a browser has no time zone files

	"pipewright/web/wasm/live"
)

func main() {
	desk := &live.Desk{}
	js.Global().Set("pipewrightRules", js.FuncOf(func(_ js.Value, args []js.Value) any {
		out, err := desk.Call(args[0].String(), args[1].String())
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"out": out}
	}))
	select {}
}
