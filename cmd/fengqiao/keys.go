package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/seal"
	"fengqiao/internal/seal/transit"
)

var rotateHelp = words.Text{
	Zh: `在密钥文件里加入新一期密钥，并把所有数据密钥改用它封装；不改动任何密文。中断后用 --resume 接着做。
服务正在运行或有多个实例时：先用 --file-only 只改文件，把它发到每台机器并重启，再在一台上运行 keys rotate --resume。
完成后，删去文件里旧的一行，旧备份就再也打不开。
密钥在密钥服务里时，由它生成新版本，服务不必停；旧版本怎样销毁见 docs/deploying.md。`,
	En: `Adds a key of a new epoch to the key file and wraps all data keys anew under it; no ciphertext changes. Interrupted, it goes
on with --resume. While servers run: change the file alone with --file-only, bring it to each machine and restart, then
run keys rotate --resume on one. When it is done, delete the old line of the file, and older backups open no
more. With a key service the new version is made there, and servers need not stop; docs/deploying.md tells how the old one
is destroyed.`}

func (c *command) keysCommand() *cobra.Command {
	keys := &cobra.Command{Use: "keys", Short: c.short("安装密钥与签名公钥", "the installation key and the public signing keys")}
	var fileOnly, resume bool
	rotate := &cobra.Command{Use: "rotate", Short: c.short("换用新的安装密钥", "rotate the installation key"),
		Long: rotateHelp.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.keysRotate(cmd, fileOnly, resume) }}
	rotate.Flags().BoolVar(&fileOnly, "file-only", false, c.short("只在密钥文件里加一行", "only add the line to the key file"))
	rotate.Flags().BoolVar(&resume, "resume", false, c.short("不加新密钥，只把封装换到最新一期", "add no key, only wrap under the newest"))
	rotate.MarkFlagsMutuallyExclusive("file-only", "resume")
	keys.AddCommand(rotate, c.moveCommand(), c.signingCommand(),
		&cobra.Command{Use: "init", Short: c.short("生成安装密钥", "make the installation key"),
			Long: words.Text{
				Zh: `在数据目录里生成 installation.key，只有属主可读。没有它，任何人（包括您自己）都读不出个人信息：请另行保管一份副本，
不要与数据库备份放在一起。已有密钥时拒绝覆盖。设了 key-service 则在密钥服务里生成。`,
				En: `Makes installation.key in the data folder, readable by its owner alone. Without it nobody, you included, can read personal
values: keep a copy elsewhere, and not beside the backups. A key that is there is never replaced. With key-service it is made
in the key service.`}.In(c.lang),
			RunE: func(cmd *cobra.Command, _ []string) error { return c.keysInit(cmd.Context()) }},
		&cobra.Command{Use: "jwks", Short: c.short("打印签名公钥（JWKS）", "print the public signing keys (JWKS)"),
			RunE: func(cmd *cobra.Command, _ []string) error {
				in, err := openInstallation(cmd.Context(), c.Values, c.shell)
				if err != nil {
					return err
				}
				text, err := in.accounts.JWKS(cmd.Context())
				if err == nil {
					_, err = fmt.Fprintf(c.out, "%s\n", text)
				}
				return errors.Join(err, in.Close())
			}})
	return keys
}

// signingCommand renews the key that signs access tokens.
func (c *command) signingCommand() *cobra.Command {
	var compromised bool
	signing := &cobra.Command{Use: "rotate-signing", Short: c.short("换用新的令牌签名密钥", "renew the key that signs access tokens"),
		Long: words.Text{
			Zh: `生成新的令牌签名密钥：立即公布（JWKS），十分钟后启用；旧密钥签发的令牌到期前仍然有效，谁也不用重新登录。
旧密钥泄露时加 --compromised：新密钥立即启用，旧密钥签发的令牌作废，客户端自动刷新。运行中的服务一分钟内生效，不必停机。`,
			En: `Makes a new key for signing access tokens: published at once (JWKS), in use after ten minutes; tokens of the old key stay
good until they expire and nobody signs in again. With --compromised the new key signs at once and tokens of the old ones are
refused; clients refresh by themselves. Running servers follow within a minute and need not stop.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := openInstallation(cmd.Context(), c.Values, c.shell)
			if err != nil {
				return err
			}
			kid, err := in.accounts.RotateKey(cmd.Context(), compromised)
			if err == nil {
				c.say(c.out, words.Text{Zh: "新的签名密钥：%s", En: "new signing key: %s"}, kid)
			}
			return errors.Join(err, in.Close())
		}}
	signing.Flags().BoolVar(&compromised, "compromised", false, c.short("旧密钥已泄露，立即作废", "the old key is known to others: refuse it at once"))
	return signing
}

func (c *command) keysInit(ctx context.Context) error {
	if c.KeyService != "" {
		return c.serviceInit(ctx)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	path, err := seal.CreateInstallationKey(c.Data)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already and stays as it is; \"fengqiao keys rotate\" brings a new one", filepath.Join(c.Data, seal.KeyFile))
	}
	if err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已生成 %s。请另行保管一份副本：丢失它，所有个人信息都无法读出。",
		En: "made %s. Keep a copy elsewhere: without it no personal value can be read again."}, path)
	return nil
}

// serviceInit makes the key in the key service.
func (c *command) serviceInit(ctx context.Context) error {
	if err := serviceAlone(c.Values, c.getenv); err != nil {
		return err
	}
	if err := transit.Create(ctx, serviceConfig(c.Values)); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已在密钥服务 %[2]s 里生成密钥 %[1]s。请确认它在密钥服务自己的备份里：丢失它，所有个人信息都无法读出。",
		En: "made the key %s in the key service %s. See that it is in that service's own backups: without it no personal value can be read again."}, c.KeyName, c.KeyService)
	return nil
}

func (c *command) keysRotate(cmd *cobra.Command, fileOnly, resume bool) error {
	switch {
	case c.KeyService != "" && fileOnly:
		return fmt.Errorf("%w: --file-only is for key files; the key is in the key service", settings.ErrUsage)
	case c.KeyService != "" && !resume:
		if err := c.serviceRotate(cmd.Context()); err != nil {
			return err
		}
	case !resume:
		if err := c.fileRotate(); err != nil || fileOnly {
			return err
		}
	}
	in, err := openInstallation(cmd.Context(), c.Values, c.shell)
	if err != nil {
		return err
	}
	done := words.Text{Zh: "所有数据密钥已换用新一期；可以销毁旧的一期了", En: "all data keys are wrapped under the newest epoch; older ones may be destroyed"}
	if c.KeyService != "" {
		done = words.Text{Zh: "所有数据密钥已换用新版本；销毁旧版本之前，先在密钥服务里调高 min_encryption_version，再运行 keys rotate --resume",
			En: "all data keys are wrapped under the newest version; before an older one is destroyed, raise min_encryption_version in the key service and run keys rotate --resume"}
	}
	return c.rewrap(cmd.Context(), in, done)
}

// rewrap brings everything under the newest epoch, says that it is done, and closes the installation.
func (c *command) rewrap(ctx context.Context, in *installation, done words.Text) error {
	show, end := c.steps()
	err := in.ring.Rotate(ctx, func(n, total int64) { show("keys", n, total) })
	end()
	if err == nil {
		c.say(c.out, done)
	}
	return errors.Join(err, in.Close())
}

func (c *command) serviceRotate(ctx context.Context) error {
	if err := serviceAlone(c.Values, c.getenv); err != nil {
		return err
	}
	k, err := serviceKey(ctx, c.Values)
	if err != nil {
		return err
	}
	version, err := k.Rotate(ctx)
	if err == nil {
		c.say(c.out, words.Text{Zh: "密钥服务里的密钥 %s 有了第 %d 版", En: "the key %s of the key service has version %d now"}, c.KeyName, version)
	}
	return err
}

func (c *command) fileRotate() error {
	if c.getenv(seal.EnvKey) != "" {
		return fmt.Errorf("the key stands in %s: add a line there yourself, then run \"keys rotate --resume\"", seal.EnvKey)
	}
	file := filepath.Join(c.Data, seal.KeyFile)
	if named := c.getenv(seal.EnvKeyFile); named != "" {
		file = named
	}
	epoch, err := seal.AddEpoch(file)
	if err == nil {
		c.say(c.out, words.Text{Zh: "%s 里加入了第 %d 期密钥", En: "%s has a key of epoch %d now"}, file, epoch)
	}
	return err
}
