package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"pipewright/rules"
	"pipewright/rules/strict"
)

const (
	// maxBody is the largest body but for definitions.
	maxBody = 1 << 20
	// maxDepth is the deepest nesting of a body.
	maxDepth = 32
	// maxDefinition is the largest body that holds a definition.
	maxDefinition = 10 << 20
)

// readContent is the body of a request, or why it was refused.
type readContent struct {
	raw []byte
	err error
}

// body is the request body as it is: JSON only, within the limit.
func (c *call) body() ([]byte, error) {
	if c.content == nil {
		raw, err := c.readBody()
		c.content = &readContent{raw, err}
	}
	return c.content.raw, c.content.err
}

func (c *call) readBody() ([]byte, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if c.Request.ContentLength != 0 && (err != nil || kind != "application/json") {
		return nil, badRequest(rules.Say("请求的内容要是 JSON（Content-Type: application/json）", "請求的內容要是 JSON（Content-Type: application/json）",
			"The body must be JSON (Content-Type: application/json)"))
	}
	limit := c.limit
	if limit == 0 {
		limit = maxBody
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("请求太大：最多 {kb} KB", "請求太大：最多 {kb} KB",
			"The body is too large: at most {kb} KB", "kb", limit/1024))
	case err != nil:
		return nil, badRequest(rules.Say("请求没有传完", "請求沒有傳完", "The body broke off"))
	}
	return raw, nil
}

// bind reads the body into a struct, strictly: an unknown member, a member given twice, a wrong type and too deep nesting are
// refused. An empty body is an empty object.
func (c *call) bind(into any) error {
	raw, err := c.body()
	if err != nil {
		return err
	}
	if len(strings.TrimSpace(string(raw))) == 0 {
		raw = []byte("{}")
	}
	return decode(raw, into)
}

// decode reads JSON strictly.
func decode(raw []byte, into any) error {
	if problems := strict.Decode(raw, into, strict.Options{MaxDepth: maxDepth}); rules.HasErrors(problems) {
		return badRequest(rules.Say("请求的内容不对：{why}", "請求的內容不對：{why}", "The body is not right: {why}", "why", problems[0].Message), problems...)
	}
	return nil
}

// rev reads If-Match: a number, in quotation marks or not.
func (c *call) rev(required bool) (int64, error) {
	text := strings.Trim(strings.TrimPrefix(c.GetHeader("If-Match"), "W/"), `"`)
	if text == "" && !required {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest(rules.Say("请求头 If-Match 要写您看到的版本号", "請求標頭 If-Match 要寫您看到的版本號", "The header If-Match must hold the rev you saw"))
	}
	return n, nil
}

// operation reads Idempotency-Key.
func (c *call) operation(required bool) (string, error) {
	key := c.GetHeader("Idempotency-Key")
	if key == "" && required {
		return "", badRequest(rules.Say("缺少请求头 Idempotency-Key：每次操作一个，重试时用同一个", "缺少請求標頭 Idempotency-Key：每次操作一個，重試時用同一個",
			"The header Idempotency-Key is missing: one for each action, the same again when it is repeated"))
	}
	if len(key) > 64 {
		return "", badRequest(rules.Say("Idempotency-Key 最多 64 个字符", "Idempotency-Key 最多 64 個字元", "An Idempotency-Key has at most 64 characters"))
	}
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return "", badRequest(rules.Say("Idempotency-Key 只能用可见的 ASCII 字符", "Idempotency-Key 只能用可見的 ASCII 字元", "An Idempotency-Key holds visible ASCII characters only"))
		}
	}
	return key, nil
}

// limitParam reads ?limit, 1 to 200.
func (c *call) limitParam(usual int) (int, error) {
	text := c.Query("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 200 {
		return 0, badRequest(rules.Say("limit 应是 1 到 200 的整数", "limit 應是 1 到 200 的整數", "limit must be a whole number from 1 to 200"))
	}
	return n, nil
}
