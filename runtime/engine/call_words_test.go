package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"pipewright/runtime/outbound"
)

// TestWhyCallsFail: why a call came to nothing is told in the reader's language, with what to do.
func TestWhyCallsFail(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"对方系统出错了（500）":         &outbound.StatusError{Status: 500},
		"没有放行（401）":            permanent{&outbound.StatusError{Status: 401}},
		"没有这个地址（404）":          &outbound.StatusError{Status: 404},
		"太频繁了（429）":            &outbound.StatusError{Status: 429},
		"不接受这次的内容（422）":        &outbound.StatusError{Status: 422},
		"另一个地址（302）":           &outbound.StatusError{Status: 302},
		"在内网里":                 fmt.Errorf("outbound: %w", outbound.ErrInside),
		"找不到主机“erp.example”":   fmt.Errorf("outbound: %w", &net.DNSError{Name: "erp.example"}),
		"不接受连接":                fmt.Errorf("outbound: %w", syscall.ECONNREFUSED),
		"一直没有回应":               fmt.Errorf("outbound: %w", context.DeadlineExceeded),
		"没有发出：the secret is":   fmt.Errorf("%w: the secret is not set", outbound.ErrRefused),
		"something else broke": errors.New("something else broke"),
	} {
		if got := whyFailed(err).In("zh-CN"); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
		if got := whyFailed(err).In("en"); strings.HasPrefix(got, "outbound:") {
			t.Errorf("%v: %s", err, got)
		}
	}
}
