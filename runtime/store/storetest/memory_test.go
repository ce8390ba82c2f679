package storetest_test

import (
	"testing"

	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.Store { return storetest.Memory() })
}
