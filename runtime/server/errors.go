package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// statuses maps the code of a refusal to its HTTP status. A code that is not there is 422: the rules say no. This is the one
// place where it is decided.
var statuses = map[string]int{
	"bad.request":       http.StatusBadRequest,
	"field.unknown":     http.StatusBadRequest,
	"query.unsupported": http.StatusBadRequest,
	"cursor.invalid":    http.StatusBadRequest,
	"unauthenticated":   http.StatusUnauthorized,
	"login.failed":      http.StatusUnauthorized,
	"login.code":        http.StatusUnauthorized,
	"forbidden":         http.StatusForbidden,
	"grant.needed":      http.StatusForbidden,
	"field.readOnly":    http.StatusForbidden,
	"not.found":         http.StatusNotFound,
	"history.none":      http.StatusNotFound,
	"conflict":          http.StatusConflict,
	"calendar.changed":  http.StatusConflict,
	"approval.running":  http.StatusConflict,
	"migration.running": http.StatusConflict,
	"record.merged":     http.StatusConflict,
	"merge.refused":     http.StatusConflict,
	"duplicates.noRule": http.StatusConflict,
	"reference.used":    http.StatusConflict,
	"pool.taken":        http.StatusConflict,
	"approval.stale":    http.StatusConflict,
	"task.closed":       http.StatusConflict,
	"handover.running":  http.StatusConflict,
	"team.used":         http.StatusConflict,
	"draft.conflict":    http.StatusConflict,
	"backtest.draft":    http.StatusConflict,
	"upgrade.open":      http.StatusConflict,
	"index.building":    http.StatusConflict,
	"setup.done":        http.StatusConflict,
	"rev.changed":       http.StatusPreconditionFailed,
	"body.tooLarge":     http.StatusRequestEntityTooLarge,
	"public.early":      http.StatusTooManyRequests,
	"public.stale":      http.StatusConflict,
	"hook.signature":    http.StatusUnauthorized,
	"hook.time":         http.StatusUnauthorized,
	"payload.invalid":   http.StatusUnprocessableEntity,
	"too.many":          http.StatusTooManyRequests,
	"busy":              http.StatusServiceUnavailable,
	"sandbox.gone":      http.StatusGone,
}

func statusOf(code string) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	if strings.HasPrefix(code, "shape.") || strings.HasPrefix(code, "expr.") && code != "expr.failed" || code == "key.duplicate" {
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}

// malformed is the code of a rejection; values of a field that is not there are the caller's mistake, not the rules' no.
func malformed(r *process.Rejection) string {
	if r.Code == "field.invalid" {
		for _, p := range r.Details {
			if p.Code == "field.unknown" {
				return p.Code
			}
		}
	}
	return r.Code
}

// hasShape says whether a value has the wrong type, as against one that is not allowed.
func hasShape(ps []rules.Problem) bool {
	for _, p := range ps {
		if strings.HasPrefix(p.Code, "shape.") {
			return true
		}
	}
	return false
}

// statusOfError is the status of a business refusal; 0 for no error or a fault.
func statusOfError(err error) int {
	var own *refusal
	var rejected *process.Rejection
	var building *engine.Building
	switch {
	case errors.As(err, &own):
		return own.status
	case errors.As(err, &building):
		return statusOf("index.building")
	case errors.As(err, &rejected):
		return statusOf(rejected.Code)
	}
	return 0
}

// refusal is an error of the server's own.
type refusal struct {
	status  int
	code    string
	message rules.Text
	details []rules.Problem
	retry   time.Duration
}

func (r *refusal) Error() string { return r.code + ": " + r.message.In("en") }

func refuse(status int, code string, msg rules.Text, details ...rules.Problem) *refusal {
	return &refusal{status: status, code: code, message: msg, details: details}
}

func badRequest(msg rules.Text, details ...rules.Problem) *refusal {
	return refuse(http.StatusBadRequest, "bad.request", msg, details...)
}

var (
	msgSignIn    = rules.Say("请先登录", "請先登入", "Please sign in")
	msgToken     = rules.Say("令牌无效或已过期", "權杖無效或已過期", "The token is not valid or has ended")
	msgInPerson  = rules.Say("这件事要本人登录后做，不能用令牌", "這件事要本人登入後做，不能用權杖", "This wants you signed in; a token will not do")
	msgForbidden = rules.Say("您没有权限做这件事", "您沒有權限做這件事", "You may not do this")
	msgDesign    = rules.Say("这件事要有设计应用的权限；请让管理员在“人员”里给您", "這件事要有設計應用的權限；請讓管理員在「人員」裡給您", "This wants the right to design; an admin can give it to you under People")
	msgAdmins    = rules.Say("这件事要由既能设计应用又能管理系统的管理员来做", "這件事要由既能設計應用又能管理系統的管理員來做", "This wants an admin, who may both design and operate")
	msgOperate   = rules.Say("这件事要有管理系统的权限；请让管理员在“人员”里给您", "這件事要有管理系統的權限；請讓管理員在「人員」裡給您", "This wants the right to operate; an admin can give it to you under People")
	msgOrigin    = rules.Say("请求来自另一个网站，已拒绝", "請求來自另一個網站，已拒絕", "The request came from another site and was refused")
	msgMethod    = rules.Say("这个地址不接受这种请求", "這個位址不接受這種請求", "This address does not take this kind of request")
	errNoRoute   = refuse(http.StatusNotFound, "not.found", rules.Say("没有这个地址", "沒有這個位址", "There is nothing at this address"))
	errNotFound  = refuse(http.StatusNotFound, "not.found", rules.Say("没有找到，或您无权查看", "沒有找到，或您無權檢視", "Not found, or you may not see it"))
)

// problem is a detail of an error answer, its message in the caller's language.
type problem struct {
	Path     string         `json:"path"`
	Code     string         `json:"code"`
	Severity rules.Severity `json:"severity,omitempty"`
	Message  string         `json:"message"`
	Line     int            `json:"line,omitempty"`
	Col      int            `json:"col,omitempty"`
}

// errorBody is the body of every answer that is no success.
type errorBody struct {
	Error errorOut `json:"error"`
}

type errorOut struct {
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Details []problem `json:"details,omitempty"`
	Current any       `json:"current,omitempty"`
}

// fail answers with an error.
func (s *Server) fail(g *gin.Context, c *call, err error) {
	status, out := s.told(g, c, err)
	g.Abort()
	s.write(g, status, out)
}

// told puts an error into words. Faults of the machinery are logged and told without their inner words.
func (s *Server) told(g *gin.Context, c *call, err error) (int, errorBody) {
	var (
		out      errorBody
		status   int
		msg      rules.Text
		details  []rules.Problem
		own      *refusal
		rejected *process.Rejection
		draft    *designer.Conflict
		building *engine.Building
	)
	switch {
	case errors.As(err, &own):
		status, out.Error.Code, msg, details = own.status, own.code, own.message, own.details
		if own.retry > 0 {
			g.Header("Retry-After", strconv.Itoa(int((own.retry+time.Second-1)/time.Second)))
		}
	case errors.As(err, &rejected):
		out.Error.Code, msg, details = malformed(rejected), rejected.Message, rejected.Details
		if out.Error.Code == "busy" {
			g.Header("Retry-After", strconv.Itoa(int(comeBack/time.Second)))
		}
		if status = statusOf(out.Error.Code); out.Error.Code == "field.invalid" && hasShape(details) {
			status = http.StatusBadRequest
		}
		if len(rejected.Current) > 0 {
			out.Error.Current = rejected.Current
		} else if out.Error.Code == "conflict" && c != nil {
			// Others were first at a record, again and again: what it came to (engine.md §3).
			if now, err := s.fullOf(c, recordOf(g)); err == nil {
				out.Error.Current = now
			}
		}
	case errors.As(err, &building):
		out.Error.Code, msg = "index.building", building.Message
		status = statusOf(out.Error.Code)
		g.Header("Retry-After", strconv.Itoa(int(comeBack/time.Second)))
	case errors.As(err, &draft):
		status, out.Error.Code = http.StatusConflict, "draft.conflict"
		by := mini{ID: draft.By, Name: draft.By}
		if c != nil && c.dir != nil {
			by.Name = c.dir.Name(draft.By)
		}
		msg = rules.Say("{name} 在您之后保存了这份草稿，请先取回最新的一份", "{name} 在您之後儲存了這份草稿，請先取回最新的一份",
			"{name} saved this draft after you opened it; fetch the newest one first", "name", by.Name)
		out.Error.Current = map[string]any{"by": by, "rev": draft.Rev, "at": draft.At}
	case errors.Is(err, store.ErrCursor):
		status, out.Error.Code = http.StatusBadRequest, "cursor.invalid"
		msg = rules.Say("翻页标记无效，请从第一页开始", "翻頁標記無效，請從第一頁開始", "The page mark is not valid; begin with the first page")
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists):
		// What was written has been changed since it was read; nothing was done.
		status, out.Error.Code = http.StatusConflict, "conflict"
		msg = rules.Say("别人刚刚改过同一处，这次没有保存，请再试一次", "別人剛剛改過同一處，這次沒有儲存，請再試一次", "Somebody else has just changed the same thing; nothing was saved, please try again")
	case errors.Is(err, store.ErrUnknown):
		status, out.Error.Code = http.StatusServiceUnavailable, "outcome.unknown"
		msg = rules.Say("不能确定这次操作是否已完成，请用同一个操作编号再试一次", "不能確定這次操作是否已完成，請用同一個操作編號再試一次",
			"It is not known whether this was done; repeat it with the same Idempotency-Key")
		s.Log.Error("outcome unknown", "method", g.Request.Method, "path", g.FullPath(), "error", err)
	case errors.Is(err, context.Canceled), errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		status, out.Error.Code = http.StatusServiceUnavailable, "unavailable"
		msg = rules.Say("服务暂时不可用，请稍后再试", "服務暫時無法使用，請稍後再試", "The service is not available just now; please try again")
		if g.Request.Context().Err() == nil {
			s.Log.Error("unavailable", "method", g.Request.Method, "path", g.FullPath(), "error", err)
		}
	default:
		status, out.Error.Code = http.StatusInternalServerError, "internal"
		msg = rules.Say("系统出错了，已记录下来", "系統出錯了，已記錄下來", "Something went wrong; it has been noted")
		s.Log.Error("a request failed", "method", g.Request.Method, "path", g.FullPath(), "error", err)
	}
	lang := acceptLanguage(g.GetHeader("Accept-Language"))
	if c != nil {
		lang = c.lang()
	}
	out.Error.Message = msg.In(lang)
	for _, p := range details {
		out.Error.Details = append(out.Error.Details, problem{p.Path, p.Code, p.Severity, p.Message.In(lang), p.Line, p.Col})
	}
	return status, out
}

// recordOf is the record that a request is about, "" when it is about none. The id of a task begins with that of its record.
func recordOf(g *gin.Context) string {
	switch path := g.FullPath(); {
	case strings.HasPrefix(path, "/api/records/:id"):
		return g.Param("id")
	case strings.HasPrefix(path, "/api/tasks/:id"):
		id, _, _ := strings.Cut(g.Param("id"), "|")
		return id
	}
	return ""
}

// answer writes a success.
func (s *Server) answer(g *gin.Context, out any) {
	if out == nil && g.Writer.Written() {
		return // a file went out; anything after it is past its length, and net/http would drop the connection
	}
	status := http.StatusOK
	if r, ok := out.(reply); ok {
		if r.etag != "" {
			g.Header("ETag", r.etag)
		}
		if r.status != 0 {
			status = r.status
		}
		out = r.body
	}
	if out == nil {
		out = struct{}{}
	}
	s.write(g, status, out)
}

func (s *Server) write(g *gin.Context, status int, v any) {
	body, err := encode(v)
	if err != nil {
		s.Log.Error("an answer could not be encoded", "path", g.FullPath(), "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":""}}`)
	}
	if g.GetBool(masked) {
		body = withoutPhones(body)
	}
	g.Header("Cache-Control", "no-store")
	g.Data(status, "application/json; charset=utf-8", body)
}

// encode is JSON without the escaping of <, > and &: nothing is embedded in a page.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
