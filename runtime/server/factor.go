package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"pipewright/rules"
	"pipewright/runtime/store"
)

// A second factor is a time-based code (RFC 6238: SHA-1, 6 digits, 30 s), as every authenticator app makes it.
const (
	totpPeriod = 30 // seconds
	// totpSkew is how many periods a clock may be off, either way.
	totpSkew = 1
	// recoveryCodes are made when it is switched on; each is good once.
	recoveryCodes = 10
)

var totpOptions = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// factor is a person's second factor.
type factor struct {
	// Secret is in base 32, as the authenticator app has it.
	Secret string `json:"secret"`
	// On: a first code has shown that the app has it.
	On bool `json:"on"`
	// Step is the last period a code was taken for; none is good twice (RFC 6238 §5.2).
	Step int64 `json:"step"`
	// Recovery are hashes of the codes that are left.
	Recovery []string `json:"recovery,omitempty"`
}

// factorOf reads a person's second factor with its version; a zero one and 0 when there is none.
func (a *Accounts) factorOf(ctx context.Context, user string) (factor, int64, error) {
	if store.CheckID(user) != nil {
		return factor{}, 0, nil
	}
	doc, err := a.store.Get(ctx, factorsColl, user)
	if errors.Is(err, store.ErrNotFound) {
		return factor{}, 0, nil
	}
	if err != nil {
		return factor{}, 0, err
	}
	var f factor
	if err := json.Unmarshal(doc.Body, &f); err != nil {
		return factor{}, 0, fmt.Errorf("server: second factor of %s: %w", user, err)
	}
	return f, doc.Ver, nil
}

// saveFactor writes it over the version it was read at; 0 inserts. Errors: store.ErrConflict or store.ErrExists when somebody was quicker.
func (a *Accounts) saveFactor(ctx context.Context, user string, f factor, ver int64) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	doc := store.Doc{ID: user, Ver: ver + 1, Body: body}
	if ver == 0 {
		return a.store.Insert(ctx, factorsColl, doc)
	}
	return a.store.Replace(ctx, factorsColl, doc, ver)
}

// DropFactor switches a person's second factor off.
func (a *Accounts) DropFactor(ctx context.Context, user string) error {
	for range 5 {
		_, ver, err := a.factorOf(ctx, user)
		if err != nil || ver == 0 {
			return err
		}
		err = a.store.Delete(ctx, factorsColl, user, ver)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// takeCode says whether a code is good now, and uses it up: of two who come with the same one, one gets in.
func (a *Accounts) takeCode(ctx context.Context, user, code string, at time.Time) (bool, error) {
	f, ver, err := a.factorOf(ctx, user)
	if err != nil || ver == 0 {
		return false, err
	}
	if !f.take(code, at) {
		return false, nil
	}
	err = a.saveFactor(ctx, user, f, ver)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// take uses a code of the app, or a recovery code, up.
func (f *factor) take(code string, at time.Time) bool {
	code = strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
	if i := slices.Index(f.Recovery, recoveryHash(code)); f.On && i >= 0 {
		f.Recovery = slices.Delete(f.Recovery, i, i+1)
		return true
	}
	now := at.Unix() / totpPeriod
	for step := now - totpSkew; step <= now+totpSkew; step++ {
		if step <= f.Step {
			continue
		}
		if ok, err := hotp.ValidateCustom(code, uint64(step), f.Secret, totpOptions); err == nil && ok {
			f.Step = step
			return true
		}
	}
	return false
}

// recoveryHash needs no salt and no slow hash: a code is 80 random bits.
func recoveryHash(code string) string { return tokenID("recovery " + code) }

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

type factorWire struct {
	On bool `json:"on"`
	// RecoveryLeft is how many recovery codes are unused.
	RecoveryLeft int `json:"recoveryLeft"`
}

func (s *Server) getFactor(c *call) (any, error) {
	f, _, err := s.accounts.factorOf(c.ctx(), c.user.ID)
	if err != nil || !f.On {
		return factorWire{}, err
	}
	return factorWire{true, len(f.Recovery)}, nil
}

type factorIn struct {
	Password string `json:"password"`
}

type factorBegun struct {
	Secret string `json:"secret"`
	// URL is what the picture says: otpauth://totp/….
	URL string `json:"url"`
	// Picture is a QR code as a data URL (PNG).
	Picture string `json:"picture"`
}

// postFactor makes a secret; it counts once a code has been made with it.
func (s *Server) postFactor(c *call) (any, error) {
	var in factorIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := s.checkPassword(c, in.Password, "/password"); err != nil {
		return nil, err
	}
	f, ver, err := s.accounts.factorOf(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	if f.On {
		return nil, refuse(http.StatusConflict, "conflict", rules.Say("已经开启；要换手机请先关闭", "已經開啟；要換手機請先關閉", "It is on already; to change phones, switch it off first"))
	}
	raw := make([]byte, 20) // as long as the hash (RFC 4226 §4)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	if err := s.accounts.saveFactor(c.ctx(), c.user.ID, factor{Secret: secret}, ver); err != nil {
		return nil, err
	}
	// A colon would end the name of the issuer.
	issuer := strings.ReplaceAll(co.Name, ":", " ")
	if issuer = strings.TrimSpace(issuer); issuer == "" {
		issuer = "Pipewright"
	}
	link := (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + c.user.ID,
		RawQuery: url.Values{"secret": {secret}, "issuer": {issuer}}.Encode()}).String()
	link = strings.ReplaceAll(link, "+", "%20") // some apps show the plus
	key, err := otp.NewKeyFromURL(link)
	if err != nil {
		return nil, err
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		return nil, err
	}
	return factorBegun{secret, link, "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.Bytes())}, nil
}

type factorCode struct {
	Code string `json:"code"`
}

type factorConfirmed struct {
	// Recovery codes, each good once in place of a code; in this answer only.
	Recovery []string `json:"recovery"`
}

var errCode = refuse(http.StatusUnauthorized, "login.code", rules.Say("验证码不对或已经用过，请等下一个", "驗證碼不對或已經用過，請等下一個", "The code is wrong or used already; wait for the next one"))

// confirmFactor switches it on.
func (s *Server) confirmFactor(c *call) (any, error) {
	var in factorCode
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := s.throttle.admit("user:"+c.user.ID, address(c.Request)); err != nil {
		return nil, err
	}
	f, ver, err := s.accounts.factorOf(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	if ver == 0 || f.On {
		return nil, refuse(http.StatusConflict, "conflict", rules.Say("请先开始设置", "請先開始設定", "Begin with the set-up first"))
	}
	if !f.take(in.Code, s.Now()) {
		s.throttle.failed("user:" + c.user.ID)
		text := errCode.message
		return nil, badRequest(text, rules.Errorf("/code", "login.code", text))
	}
	f.On = true
	var out factorConfirmed
	for range recoveryCodes {
		raw := make([]byte, 10)
		if _, err := rand.Read(raw); err != nil {
			return nil, err
		}
		code := lowerBase32.EncodeToString(raw)
		f.Recovery = append(f.Recovery, recoveryHash(code))
		out.Recovery = append(out.Recovery, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
	}
	if err := s.accounts.saveFactor(c.ctx(), c.user.ID, f, ver); err != nil {
		return nil, err
	}
	s.Log.Info("a second factor was switched on", "user", c.user.ID)
	return out, nil
}

func (s *Server) dropFactor(c *call) (any, error) {
	var in factorIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := s.checkPassword(c, in.Password, "/password"); err != nil {
		return nil, err
	}
	s.Log.Info("a second factor was switched off", "user", c.user.ID, "by", c.user.ID)
	return nil, s.accounts.DropFactor(c.ctx(), c.user.ID)
}

// deleteFactorOf lets somebody in again who lost phone and recovery codes.
func (s *Server) deleteFactorOf(c *call) (any, error) {
	id := c.Param("id")
	u, ok := c.dir.User(id)
	if !ok {
		return nil, errNotFound
	}
	if !u.Within(&c.user) {
		return nil, beyond(&u)
	}
	s.Log.Info("a second factor was switched off", "user", id, "by", c.user.ID)
	return nil, s.accounts.DropFactor(c.ctx(), id)
}

// secondFactor asks for the code at sign-in, where the person has one.
func (s *Server) secondFactor(c *call, user, code string) error {
	f, _, err := s.accounts.factorOf(c.ctx(), user)
	if err != nil || !f.On {
		return err
	}
	if strings.TrimSpace(code) == "" {
		return refuse(http.StatusUnauthorized, "login.code", rules.Say("请输入验证器应用里的 6 位验证码", "請輸入驗證器應用裡的 6 位驗證碼", "Enter the 6-digit code of your authenticator app"))
	}
	ok, err := s.accounts.takeCode(c.ctx(), user, code, s.Now())
	if err == nil && !ok {
		s.throttle.failed("user:" + user)
		return errCode
	}
	return err
}
