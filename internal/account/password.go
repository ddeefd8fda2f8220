package account

import (
	"encoding/base32"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// MinPassword is the fewest characters of a password; length is what counts, no mixture is asked for (NIST SP 800-63B,
// 5.1.1.2). maxPassword bounds it in bytes.
const (
	MinPassword = 10
	maxPassword = 256
)

// normal brings what was typed into one form, so that the same password from another keyboard is the same
// (RFC 8265, OpaqueString). False for what cannot be a password.
func normal(password string) (string, bool) {
	if len(password) > maxPassword || !utf8.ValidString(password) {
		return "", false
	}
	s, err := precis.OpaqueString.String(password)
	return s, err == nil
}

// phone is a Chinese mobile number: long enough, and known to everybody in the village.
var phone = regexp.MustCompile(`^(\+?86)?1[3-9][0-9]{9}$`)

// CheckPassword tells whether a new password will do for a login; ErrWeakPassword with the reason if not.
func CheckPassword(login, password string) error {
	if len(password) > maxPassword {
		return ErrWeakPassword.because("too_long")
	}
	p, ok := normal(password)
	if !ok && password != "" {
		return ErrWeakPassword.because("bad_characters")
	}
	p = strings.ToLower(p)
	login = strings.ToLower(login)
	switch {
	case utf8.RuneCountInString(p) < MinPassword:
		return ErrWeakPassword.because("too_short")
	case p == login || len(login) >= 4 && strings.Contains(p, login):
		return ErrWeakPassword.because("contains_login")
	case phone.MatchString(p):
		return ErrWeakPassword.because("phone_number")
	case common[p] || monotonous(p):
		return ErrWeakPassword.because("common")
	}
	return nil
}

// monotonous finds what lists of common passwords would be full of: few different characters, or one after the other
// (aaaaaaaaaa, 1212121212, abcdefghijk, 9876543210).
func monotonous(p string) bool {
	different := map[rune]bool{}
	up, down, n := 0, 0, 0
	var last rune
	for _, r := range p {
		different[r] = true
		switch {
		case n == 0:
		case r == last+1 || last == '9' && r == '0':
			up++
		case r == last-1 || last == '0' && r == '9':
			down++
		}
		last = r
		n++
	}
	return len(different) < 5 || up >= n-2 || down >= n-2
}

// common is a short list of what passes the other rules and is guessed first, here and abroad.
var common = map[string]bool{
	"qwertyuiop": true, "qwertyuiop123": true, "1qaz2wsx3edc": true, "1q2w3e4r5t": true, "1q2w3e4r5t6y": true,
	"qazwsxedcrfv": true, "asdfghjkl;": true, "asdfghjkl123": true, "password123": true, "password1234": true,
	"password12": true, "passw0rd123": true, "admin12345": true, "admin123456": true, "administrator": true,
	"changeme123": true, "letmein123": true, "welcome123": true, "iloveyou123": true, "woaini1314": true,
	"woaini520": true, "woaini1314520": true, "5201314woaini": true, "1314520520": true, "aini1314520": true,
	"nihao123456": true, "zhongguo123": true, "wangge12345": true, "fengqiao123": true, "fengqiao2024": true,
	"fengqiao2025": true, "fengqiao2026": true, "abc1234567": true, "abc123456789": true, "abcd123456": true,
	"a123456789": true, "aa123456789": true, "qq123456789": true, "q123456789": true, "z123456789": true,
	"123456789a": true, "123456789q": true, "123456789abc": true, "1234567890q": true, "123456abcdef": true,
	"zxcvbnm123": true, "zxcvbnm,./": true, "147258369a": true, "1472583690": true, "0147258369": true,
}

// words makes a code that can be read out over the telephone: groups of four letters and digits without 0, 1, 8 and 9.
// Each group is 20 random bits.
func words(random io.Reader, groups int) (string, error) {
	raw := make([]byte, (groups*20+7)/8)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("account: random code: %w", err)
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	parts := make([]string, groups)
	for i := range parts {
		parts[i] = text[i*4 : i*4+4]
	}
	return strings.Join(parts, "-"), nil
}
