package settings

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/internal/seal/transit"
)

// The checks return what is wrong, in English like all errors, "" if nothing.

func hostPort(v *string) func() string {
	return func() string {
		_, port, err := net.SplitHostPort(*v)
		if err != nil {
			return "want HOST:PORT"
		}
		if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
			return "want a port from 0 to 65535"
		}
		return ""
	}
}

func notEmpty(v *string) func() string {
	return func() string {
		if *v == "" {
			return "must not be empty"
		}
		return ""
	}
}

func storeURL(v *string) func() string {
	return func() string {
		scheme, rest, _ := strings.Cut(*v, ":")
		switch {
		case *v == "", scheme == "sqlite" && rest != "", scheme == "mongodb" || scheme == "mongodb+srv":
			return ""
		}
		return "want sqlite:DIR or mongodb://HOST/DATABASE"
	}
}

func together(v, other *string, name string) func() string {
	return func() string {
		if *v != "" && *other == "" {
			return name + " is needed as well"
		}
		return ""
	}
}

func addresses(v *[]string) func() string {
	return func() string {
		for _, a := range *v {
			_, errOne := netip.ParseAddr(a)
			_, errMany := netip.ParsePrefix(a)
			if errOne != nil && errMany != nil {
				return fmt.Sprintf("%q is neither an IP address nor a range like 10.0.0.0/8", a)
			}
		}
		return ""
	}
}

func oneOf(v *string, values ...string) func() string {
	return func() string {
		if !slices.Contains(values, *v) {
			return "want one of " + strings.Join(values, ", ")
		}
		return ""
	}
}

func positive(v *time.Duration) func() string {
	return func() string {
		if *v <= 0 {
			return "must be longer than 0"
		}
		return ""
	}
}

func aboveZero(v *float64) func() string {
	return func() string {
		if !(*v > 0 && *v < 1e9) {
			return "must be greater than 0"
		}
		return ""
	}
}

func atLeast(v *int, least int) func() string {
	return func() string {
		if *v < least || *v > 1<<31-1 {
			return "must be at least " + strconv.Itoa(least)
		}
		return ""
	}
}

// holdsPassword tells whether a database address contains a password.
func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return strings.Contains(address, "@")
	}
	_, there := u.User.Password()
	return there
}

// Redacted is a database address as it may be shown.
func Redacted(address string) string {
	if !holdsPassword(address) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "mongodb://…"
	}
	return u.Redacted()
}

// CheckStore tells what is wrong with a database address. visible: it stood on the command line, where a password may not.
func CheckStore(address string, visible bool) error {
	if address == "" {
		return fmt.Errorf("%w: no database address", ErrUsage)
	}
	if what := storeURL(&address)(); what != "" {
		return fmt.Errorf("%w: database address: %s", ErrUsage, what)
	}
	if visible && holdsPassword(address) {
		return fmt.Errorf("%w: the address holds a password, which everybody on this machine could read: put it into an environment variable and write env:NAME", ErrUsage)
	}
	return nil
}

// backupsOf refuses backups by the server where the store's vendor has tools for that.
func backupsOf(v *Values) func() string {
	return func() string {
		if v.BackupDir != "" && strings.HasPrefix(v.Store, "mongodb") {
			return "is for SQLite: MongoDB is backed up with mongodump"
		}
		return ""
	}
}

// keyService wants an address to which a token may be sent, and the token.
func keyService(v *Values) func() string {
	return func() string {
		if v.KeyService == "" {
			return ""
		}
		if err := transit.CheckAddress(v.KeyService); err != nil {
			return err.Error()
		}
		return together(&v.KeyService, &v.KeyTokenFile, "key-token-file")()
	}
}

// Loopback tells whether an address of the form HOST:PORT is reached from this machine alone.
func Loopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// The kinds of clock.
const (
	MachineClock = "machine"
	VirtualClock = "virtual"
)

// clockOf refuses a virtual clock in what looks like real use: there, whoever could move it could let every deadline of the
// county lapse.
func clockOf(v *Values) func() string {
	return func() string {
		if what := oneOf(&v.Clock, MachineClock, VirtualClock)(); what != "" || v.Clock != VirtualClock {
			return what
		}
		if real := v.RealUse(); real != "" {
			return "virtual is for scenarios and training alone: " + real
		}
		return ""
	}
}

// RealUse is what of the settings tells that people work with the server, "" where nothing does.
func (v *Values) RealUse() string {
	for _, real := range []struct {
		is   bool
		what string
	}{
		{!Loopback(v.Listen), "listen is not a loopback address"},
		{v.TLSCert != "", "tls-cert is set"},
		{len(v.TrustedProxies) > 0, "trusted-proxy is set"},
		{v.FCMProject != "", "fcm-project is set"},
		{v.KeyService != "", "key-service is set"},
		{v.BackupDir != "", "backup-dir is set"},
	} {
		if real.is {
			return real.what
		}
	}
	return ""
}

func clockFrom(v *Values) func() string {
	return func() string {
		if v.ClockFrom == "" {
			return ""
		}
		if _, err := time.Parse(time.RFC3339, v.ClockFrom); err != nil {
			return "want a time like 2026-09-28T09:00:00+08:00"
		}
		if v.Clock != VirtualClock {
			return "needs clock to be virtual"
		}
		return ""
	}
}
