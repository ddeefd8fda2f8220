// Package progress shows how far a long command is: a bar on a terminal, plain lines elsewhere, so that a log stays readable.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Meter counts work. The zero of Total means that the end is not known. Safe for concurrent use.
type Meter struct {
	mu    sync.Mutex
	what  string
	total int64
	done  int64
	bar   *progressbar.ProgressBar
	lines io.Writer
	said  time.Time
}

// sayEvery is the pause between two plain lines.
const sayEvery = 5 * time.Second

// Start begins a meter on w, which shows a bar if it is a terminal.
func Start(w io.Writer, what string, total int64) *Meter {
	m := &Meter{what: what, total: total, said: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if total == 0 {
			total = -1
		}
		m.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
		return m
	}
	m.lines = w
	return m
}

// Add counts n more.
func (m *Meter) Add(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(m.done + n)
}

// Set says how much is done, and of how much.
func (m *Meter) Set(done, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if total != m.total && m.bar != nil {
		m.bar.ChangeMax64(total)
	}
	m.total = total
	m.set(done)
}

func (m *Meter) set(done int64) {
	m.done = done
	if m.bar != nil {
		_ = m.bar.Set64(done) // a bar that cannot be drawn must not end the work
		return
	}
	if time.Since(m.said) >= sayEvery {
		m.said = time.Now()
		m.line()
	}
}

func (m *Meter) line() {
	if m.total > 0 {
		_, _ = fmt.Fprintf(m.lines, "%s: %d / %d\n", m.what, m.done, m.total)
		return
	}
	_, _ = fmt.Fprintf(m.lines, "%s: %d\n", m.what, m.done)
}

// End takes the bar away, or says the last figure.
func (m *Meter) End() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bar != nil {
		_ = m.bar.Finish()
		return
	}
	m.line()
}
