package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

const tolerance = 300 * time.Second

var errSignature = errors.New("signature mismatch")

// verify proves `t=<unix seconds>,v1=<hex>` over "t.body", and then that it is not stale.
func verify(secret []byte, header string, body []byte, now time.Time) error {
	stamp, mac, ok := strings.Cut(header, ",v1=")
	if !ok || !strings.HasPrefix(stamp, "t=") {
		return errSignature
	}
	stamp = stamp[2:]
	given, err := hex.DecodeString(mac)
	if err != nil {
		return errSignature
	}
	digest := hmac.New(sha256.New, secret)
	digest.Write([]byte(stamp + "."))
	digest.Write(body)
	if !hmac.Equal(digest.Sum(nil), given) {
		return errSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return errors.New("signature stale")
	}
	return nil
}
