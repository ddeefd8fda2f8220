package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/internal/seal"
	"fengqiao/internal/seal/transit"
)

// installationKey finds the installation key: in the key service, if one is set, else in the environment or a file.
// seal.ErrNoKey if there is none.
func installationKey(ctx context.Context, v *settings.Values, getenv func(string) string) (seal.KEK, error) {
	if v.KeyService == "" {
		k, err := seal.LoadInstallationKey(v.Data, getenv)
		if err != nil {
			return nil, err // and no *seal.Local that is nil
		}
		return k, nil
	}
	if err := serviceAlone(v, getenv); err != nil {
		return nil, err
	}
	return serviceKey(ctx, v)
}

func serviceConfig(v *settings.Values) transit.Config {
	return transit.Config{Address: v.KeyService, Name: v.KeyName, TokenFile: v.KeyTokenFile, CAFile: v.KeyCA}
}

func serviceKey(ctx context.Context, v *settings.Values) (*transit.Key, error) {
	k, err := transit.Open(ctx, serviceConfig(v))
	if err != nil {
		return nil, err
	}
	return k, nil
}

// serviceAlone refuses a second installation key beside the key service: nobody could tell which one the data is under, and
// a key file that was forgotten would undo what the service is there for.
func serviceAlone(v *settings.Values, getenv func(string) string) error {
	where := ""
	file := filepath.Join(v.Data, seal.KeyFile)
	switch _, err := os.Stat(file); {
	case getenv(seal.EnvKey) != "":
		where = seal.EnvKey
	case getenv(seal.EnvKeyFile) != "":
		where = seal.EnvKeyFile
	case err == nil:
		where = file
	}
	if where == "" {
		return nil
	}
	return fmt.Errorf("there are two installation keys, in the key service (key-service) and in %s: bring the keys under it to the service with "+
		"\"fengqiao keys move --from FILE\", then take the file away, or leave key-service out", where)
}

// noKey adds what to do to seal.ErrNoKey.
func noKey(v *settings.Values, err error) error {
	if errors.Is(err, transit.ErrNoSuchKey) {
		return fmt.Errorf("%w: make it with \"fengqiao keys init\", or have it made by those who run the service (type aes256-gcm96)", err)
	}
	return fmt.Errorf("%w: make one with \"fengqiao keys init --data %s\", or name the one of this installation with %s", err, v.Data, seal.EnvKeyFile)
}
