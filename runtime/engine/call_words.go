package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"

	"pipewright/rules"
	"pipewright/runtime/outbound"
)

// whyFailed puts why something did not work into words for who has to mend it: calls of other systems in words of their own, else as the error says it.
func whyFailed(err error) rules.Text {
	var status *outbound.StatusError
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &status):
		return whyAnswered(status.Status)
	case errors.Is(err, outbound.ErrInside):
		return rules.Say("这个地址在内网里：请管理服务器的人在启动时用 --outbound-host 放行它", "這個位址在內網裡：請管理伺服器的人在啟動時用 --outbound-host 放行它",
			"This address is inside the own network: have whoever runs Pipewright list it with --outbound-host at the start")
	case errors.As(err, &name):
		return rules.Say("找不到主机“{host}”：检查网址有没有写错", "找不到主機「{host}」：檢查網址有沒有寫錯", "There is no host “{host}”: check how the address is spelt", "host", name.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return rules.Say("对方系统不接受连接：检查网址里的端口，或等对方恢复后再试", "對方系統不接受連線：檢查網址裡的連接埠，或等對方恢復後再試",
			"The other system takes no connection: check the port in the address, or try again when it is back")
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return rules.Say("对方系统的证书不被信任，或者不是这个名称的：请对方换一张有效的证书", "對方系統的憑證不被信任，或者不是這個名稱的：請對方換一張有效的憑證",
			"The other system's certificate is not trusted, or is of another name: have it given a valid one")
	case errors.As(err, &header):
		return rules.Say("对方系统在这个端口上不用加密：检查网址是 https 还是 http", "對方系統在這個連接埠上不用加密：檢查網址是 https 還是 http",
			"The other system does not encrypt at this port: check whether the address is https or http")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return rules.Say("对方系统一直没有回应：等对方恢复后再试", "對方系統一直沒有回應：等對方恢復後再試", "The other system does not answer: try again when it is back")
	case errors.Is(err, outbound.ErrRefused):
		why := strings.TrimPrefix(err.Error(), outbound.ErrRefused.Error()+": ")
		return rules.Say("没有发出：{why}", "沒有發出：{why}", "It was not sent: {why}", "why", clip(why, 200))
	}
	return rules.Plain(clip(err.Error(), 200))
}

// whyAnswered says what an answer that is no success mostly means, and what to do.
func whyAnswered(status int) rules.Text {
	switch {
	case status == 401 || status == 403:
		return rules.Say("对方系统没有放行（{status}）：检查密钥和请求头", "對方系統沒有放行（{status}）：檢查金鑰和請求標頭", "The other system did not let it through ({status}): check the secret and the headers", "status", status)
	case status == 404 || status == 405 || status == 410:
		return rules.Say("对方系统没有这个地址（{status}）：检查网址和方法", "對方系統沒有這個位址（{status}）：檢查網址和方法", "The other system has no such address ({status}): check the address and the method", "status", status)
	case status == 429:
		return rules.Say("对方系统说太频繁了（{status}）：过一会儿再试", "對方系統說太頻繁了（{status}）：過一會兒再試", "The other system says it was called too often ({status}): try again later", "status", status)
	case status >= 500:
		return rules.Say("对方系统出错了（{status}）：等对方修好后再试", "對方系統出錯了（{status}）：等對方修好後再試", "The other system failed ({status}): try again when it is mended", "status", status)
	case status >= 300 && status < 400:
		return rules.Say("对方系统指向了另一个地址（{status}）：把网址改成最终的地址", "對方系統指向了另一個位址（{status}）：把網址改成最終的位址", "The other system points to another address ({status}): write the one it leads to", "status", status)
	}
	return rules.Say("对方系统不接受这次的内容（{status}）：看它的答复，改好再试", "對方系統不接受這次的內容（{status}）：看它的答覆，改好再試", "The other system does not take what was sent ({status}): see its answer, and mend it", "status", status)
}
