// Command serve runs the test server for scripts: it prints its URI on the first line and serves until its standard input ends.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"pipewright/runtime/store/mongostore/mongotest"
)

func main() {
	s, err := mongotest.Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer s.Stop()
	fmt.Println(s.URI)
	io.Copy(io.Discard, os.Stdin)
}
