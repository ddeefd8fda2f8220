package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
)

func (c *command) serveCommand() *cobra.Command {
	return &cobra.Command{Use: "serve", Short: c.short("启动服务", "run the server"),
		Long: words.Text{
			Zh: `启动服务，直到收到 SIGINT 或 SIGTERM；已接收的请求会处理完。需要安装密钥（fengqiao keys init）、网格图和规则（fengqiao import）。
/healthz 表示进程活着，/readyz 表示可以接单，/metrics 供 Prometheus 抓取，/docs 是接口文档。`,
			En: `Runs the server until SIGINT or SIGTERM; requests under way are finished. It needs an installation key (fengqiao keys init),
a plan and a policy (fengqiao import). /healthz says that the process lives, /readyz that it can work, /metrics is for
Prometheus, /docs is the description of the API.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.serve(cmd.Context(), func(ctx context.Context, s *system, address string) error {
				if s.ready(ctx)["plan"] != nil {
					c.say(c.err, words.Text{Zh: "还没有网格图：请运行 fengqiao import plan", En: "there is no plan yet: run fengqiao import plan"})
				}
				if missing, err := s.cases.Covered(ctx); err == nil && missing.Missing != 0 {
					c.say(c.err, words.Text{Zh: missing.Text(true), En: missing.Text(false)})
				}
				c.say(c.out, words.Text{Zh: "正在监听 %s", En: "listening on %s"}, address)
				return nil
			})
		}}
}

// serve opens the installation and runs until ctx ends. started is told the address once requests are answered.
func (c *command) serve(ctx context.Context, started func(context.Context, *system, string) error) (err error) {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	s, err := newSystem(ctx, in, c.Values, c.logger(), version())
	if err != nil {
		return err
	}
	return s.run(ctx, started)
}

// run listens, starts the loops and stops everything in order when ctx ends: first no more requests and an answer to those
// under way, then the sweep that they may have kicked, then the relay that carries what the sweep announced.
func (s *system) run(ctx context.Context, started func(context.Context, *system, string) error) error {
	l, err := s.listen()
	if err != nil {
		return err
	}
	loops, stopLoops := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLoops()
	var running sync.WaitGroup
	s.start(loops, running.Go)
	s.watch.Start()
	s.relay.Start(loops)
	ended := make(chan error, 1)
	go func() { ended <- s.api.Serve(l) }()
	err = started(ctx, s, s.address(l))
	if err == nil {
		select {
		case err = <-ended:
			if err == nil {
				err = errors.New("the server ended by itself")
			}
		case <-ctx.Done():
		}
	}
	s.log.Info("stopping")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.setting.Shutdown)
	defer cancel()
	if late := s.api.Shutdown(last); late != nil {
		s.log.Warn("requests were cut off", "cause", late)
	}
	s.watch.Stop()
	s.relay.Stop()
	stopLoops()
	running.Wait()
	// What happened since the last checkpoint need not wait for the next start.
	if late := s.checkpoints.Pass(last); late != nil {
		s.log.Error("checkpoint", "cause", late)
	}
	return err
}

func (s *system) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", s.setting.Listen)
	if err != nil {
		return nil, err
	}
	l = s.api.Door(l)
	if s.setting.TLSCert == "" {
		return l, nil
	}
	pair, err := tls.LoadX509KeyPair(s.setting.TLSCert, s.setting.TLSKey)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("tls-cert, tls-key: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

func (s *system) address(l net.Listener) string {
	if s.setting.TLSCert != "" {
		return "https://" + l.Addr().String()
	}
	return "http://" + l.Addr().String()
}

// cookieSecure keeps cookies to HTTPS, except on loopback without TLS and without a proxy that might speak it.
func cookieSecure(v *settings.Values) bool {
	return v.TLSCert != "" || len(v.TrustedProxies) > 0 || !settings.Loopback(v.Listen)
}

// How often is tidied, and how long idempotency keys stay known.
const (
	tidyEvery = 10 * time.Minute
	keepKeys  = 7 * 24 * time.Hour
)

// figuresEvery is how long a change waits at most, and its pass, until dashboards count it.
const figuresEvery = 2 * time.Second

// every runs a pass again and again; one that fails is logged and comes again.
func (s *system) every(ctx context.Context, pause time.Duration, what string, pass func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		bounded, cancel := context.WithTimeout(ctx, max(pause, time.Minute))
		if err := pass(bounded); err != nil && ctx.Err() == nil {
			s.log.Error(what, "cause", err)
		}
		cancel()
	}
}

// followPlan puts in force here the plan that is in force in the store, having turned to a planned one whose time has come.
func (s *system) followPlan(ctx context.Context) error {
	if err := s.surveyor.Turn(ctx); err != nil {
		return err
	}
	version, _, err := s.plans.InForce(ctx)
	if err != nil || version == s.atlas.Load().Version() {
		return err
	}
	p, err := s.plans.Load(ctx, version)
	if err != nil {
		return err
	}
	s.atlas.Swap(p)
	s.log.Info("plan in force", "version", version, "cells", p.Len())
	return nil
}

// settleAgain is how long after a run the next one looks whether a change of plans has left anything where it was.
const settleAgain = 20 * time.Second

// settlePlan moves cases and people after a change of plans: at once when it is noticed here, then until nothing is left.
func (s *system) settlePlan(ctx context.Context) error {
	reg, _, err := s.plans.Register(ctx)
	version := s.atlas.Load().Version()
	if err != nil || !reg.Unsettled() || reg.InForce() != version {
		return err
	}
	if s.settling.version == version && s.steady()-s.settling.at < settleAgain {
		return nil
	}
	err = s.settle(ctx)
	s.settling.version, s.settling.at = version, s.steady()
	return err
}

// settle is one run.
func (s *system) settle(ctx context.Context) error {
	n, err := s.surveyor.Settle(ctx)
	if n.Cases > 0 || n.People > 0 {
		s.log.Info("moved by the plan", "cases", n.Cases, "people", n.People)
	}
	return err
}

// rollOut moves open cases over to a policy that applies to them.
func (s *system) rollOut(ctx context.Context) error {
	n, err := s.cases.RollOut(ctx, nil)
	if n > 0 {
		s.log.Info("judged by the policy for open cases", "cases", n)
	}
	return err
}

// warnEvery is how often it is said that the days off of a year are missing.
const warnEvery = 12 * time.Hour

// logCalendar says in the log that the days off of a year that is near are not known; people are told by the calendar's own sweep.
func (s *system) logCalendar(ctx context.Context) error {
	missing, err := s.cases.Covered(ctx)
	if missing.Missing != 0 {
		s.log.Warn("calendar", "missing", missing.Missing, "days", missing.Days, "cause", missing.Text(false))
	}
	return err
}

// backupLook is how often it is looked whether a backup is due: a server that is started anew every night makes them too.
const backupLook = time.Minute

// backup makes a backup if one is due.
func (s *system) backup(ctx context.Context) error {
	v := s.setting
	wraps := v.BackupWraps
	if wraps == "" {
		wraps = filepath.Clean(v.BackupDir) + "-wraps"
	}
	rounds := archive.Rounds{Dir: v.BackupDir, Wraps: wraps, Every: v.BackupEvery, Keep: v.BackupKeep, Program: version(),
		Key: s.kek, Scratch: v.Data}
	m, made, err := rounds.Pass(ctx, s.Place, s.now())
	if made {
		s.log.Info("backup made", "id", m.Manifest.ID, "written", m.Manifest.Written, "linked", m.Manifest.Linked, "photos_lost", m.Media.Lost)
		if m.Whole != nil {
			s.log.Warn("the backup was written whole", "cause", m.Whole)
		}
	}
	return err
}

// tidy forgets what is over.
func (s *system) tidy(ctx context.Context) error {
	now := s.now()
	errs := []error{s.accounts.Purge(ctx), s.settle(ctx)} // cases that were opened again since a change of plans lie by the old one
	_, err := s.photos.Sweep(ctx, now)
	errs = append(errs, err)
	for n := tidyBatch; n == tidyBatch && err == nil; {
		n, err = s.Store.Once().Prune(ctx, now.Add(-keepKeys), tidyBatch)
	}
	errs = append(errs, err)
	if s.orphans != nil {
		_, err = s.orphans(ctx, now.Add(-24*time.Hour))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

const tidyBatch = 500
