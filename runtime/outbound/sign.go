package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"
)

// Sign is the webhook-signature of a message: "v1," and the HMAC-SHA256 over id.timestamp.body in base64. The timestamp is in
// seconds since the Unix epoch.
func Sign(key []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify tells whether a signature fits, in constant time; receivers and tests use it.
func Verify(key []byte, id string, at time.Time, body []byte, signature string) bool {
	return hmac.Equal([]byte(Sign(key, id, at, body)), []byte(signature))
}
