package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"
	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/sample"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/fixtures"
	"fengqiao/internal/mongo"
	"fengqiao/internal/scenario"
	"fengqiao/internal/seal"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// playAt plays against a server that runs already.
func (c *command) playAt(ctx context.Context, file *scenario.File, f scenarioFlags, play func(context.Context, scenario.World) error) error {
	password, err := c.password(f.passwordFile)
	if err != nil {
		return err
	}
	county, err := countyOf(file)
	if err != nil {
		return err
	}
	return play(ctx, world(county, f.url, password))
}

// countyOf is the sample county that a scenario names.
func countyOf(file *scenario.File) (*fixtures.County, error) {
	if !slices.Contains(fixtures.Lands(), file.County) {
		return nil, fmt.Errorf("%w: county: %q is no sample county; there are %s", settings.ErrUsage, file.County, strings.Join(fixtures.Lands(), ", "))
	}
	return fixtures.Land(file.County)
}

// playHere plays against a server of its own, on loopback, in a folder or database that is gone afterwards.
func (c *command) playHere(ctx context.Context, file *scenario.File, store string, play func(context.Context, scenario.World) error) (err error) {
	county, err := countyOf(file)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fengqiao-scenario-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if _, err := seal.CreateInstallationKey(dir); err != nil {
		return err
	}
	own := *c
	own.Values = settings.NewLoader(pflag.NewFlagSet("scenario", pflag.ContinueOnError), c.lang).Values
	own.Data, own.Listen, own.LogLevel = dir, "127.0.0.1:0", "error"
	own.Clock, own.ClockFrom = settings.VirtualClock, file.Begins
	// Its passwords are random and live as long as the play; many people sign in from one address.
	own.HashMemory, own.HashPasses, own.RateFactor, own.SignInRate = 64, 1, 1000, 1000
	if len(file.Desks) > 0 {
		if own.DesksFile, err = writeDesks(dir, county, file.Desks); err != nil {
			return err
		}
	}
	own.getenv = func(string) string { return "" } // the installation's own key has no business here
	if store == "mongodb" {
		if own.Store, err = playDatabase(c.getenv("MONGODB_URI")); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, dropDatabase(own.Store)) }()
	}
	return own.playOwn(ctx, county, file, play)
}

// writeDesks writes the list of desks by their accounts in the sample county, none of them with an address: what they hear lies in their inboxes.
func writeDesks(dir string, county *fixtures.County, desks map[string]string) (string, error) {
	var list desksFile
	for _, name := range slices.Sorted(maps.Keys(desks)) {
		i := slices.IndexFunc(county.People, func(p fixtures.Person) bool {
			return p.Login == desks[name] && p.Role == string(mediation.Desk)
		})
		if i < 0 {
			return "", fmt.Errorf("%w: desks: %q is no account of a desk in the sample county", settings.ErrUsage, desks[name])
		}
		list.Desks = append(list.Desks, deskEntry{Name: name, Unit: county.People[i].Unit})
	}
	text, err := yaml.Marshal(list)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "desks.yaml")
	return path, os.WriteFile(path, text, 0o600)
}

// playOwn fills the installation, serves it, and plays.
func (c *command) playOwn(ctx context.Context, county *fixtures.County, file *scenario.File, play func(context.Context, scenario.World) error) error {
	password, err := sample.Password()
	if err != nil {
		return err
	}
	if err := c.scenarioCounty(ctx, county, file, password); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var played error
	err = c.serve(ctx, func(ctx context.Context, _ *system, address string) error {
		played = play(ctx, world(county, address, password))
		stop()
		return nil
	})
	return errors.Join(played, err)
}

// scenarioCounty fills the installation. Everybody whom the scenario names, and every mediator who may be asked, has the password.
func (c *command) scenarioCounty(ctx context.Context, county *fixtures.County, file *scenario.File, password string) (err error) {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	signIns := county.Cast().People
	for _, p := range county.People {
		named := false
		for _, who := range file.People {
			named = named || who.Login == p.Login
		}
		known := slices.ContainsFunc(signIns, func(q fixtures.Person) bool { return q.Login == p.Login })
		if (named || p.Mediator != "") && !known {
			signIns = append(signIns, p)
		}
	}
	t := sample.Target{Accounts: in.accounts, Plans: in.plans, Policies: in.policies, Mediators: in.mediators, Sealer: in.ring,
		Service: in.service, Log: c.logger(), Now: in.now, Policy: file.Policy, SignIns: signIns, Bare: true}
	if err := t.Fill(ctx, county, password, false, archive.Progress(func(string, int64, int64) {})); err != nil {
		return err
	}
	for _, name := range file.Scorecards {
		src, err := fixtures.Scorecard(name)
		if err != nil {
			return err
		}
		card, err := scorecard.Load(name+".yaml", src)
		if err != nil {
			return err
		}
		if err := in.Store.Scorecards().Put(ctx, mediation.AnyRevision, card); err != nil {
			return err
		}
	}
	return nil
}

// playDatabase is the address of a database of the play's own on a server.
func playDatabase(server string) (string, error) {
	if server == "" {
		return "", fmt.Errorf("%w: --store mongodb needs MONGODB_URI", settings.ErrUsage)
	}
	address, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("%w: MONGODB_URI cannot be read", settings.ErrUsage) // its text may hold a password
	}
	query := address.Query()
	if address.User != nil && query.Get("authSource") == "" {
		source := "admin"
		if len(address.Path) > 1 {
			source = address.Path[1:]
		}
		query.Set("authSource", source)
		address.RawQuery = query.Encode()
	}
	address.Path = "/fengqiao_scenario_" + uuid.NewString()
	return address.String(), nil
}

func dropDatabase(address string) error {
	ctx := context.Background() // the play may have been broken off
	e, err := mongo.New(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(e.Drop(ctx), e.Close())
}
