package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/seal"
	"fengqiao/mediation"
)

var checkpointHelp = words.Text{
	Zh: `检查点是签了名的一份陈述：某一时刻每个案件的事件链、每条上报、每张照片、每次查阅各走到了哪里。服务运行时每隔
checkpoint-every 自动签一个。拿得到数据库的人可以重算整条事件链，却改不了已经放到别处的检查点：用 export（或设置
checkpoint-file）把它们续写到别的机器上，再用 fengqiao verify --against 文件 核对。文件里没有任何个人信息。`,
	En: `A checkpoint is a signed statement of where everything stood at a moment: the chain of every case's events, every report, photo
and reading of them. A running server makes one every checkpoint-every. Whoever can write to the database can calculate
a whole chain anew, but not change the checkpoints that lie elsewhere: bring them to another machine with export (or the
setting checkpoint-file), and hold the store against them with "fengqiao verify --against FILE". The file holds nothing personal.`}

func (c *command) checkpointCommand() *cobra.Command {
	group := &cobra.Command{Use: "checkpoint", Short: c.short("签名检查点：让改动藏不住", "signed checkpoints, so that tampering shows"), Long: checkpointHelp.In(c.lang)}
	var whole bool
	make := &cobra.Command{Use: "make", Short: c.short("现在就签一个检查点", "make a checkpoint now"),
		Long: words.Text{
			Zh: `签下上一个检查点以来的变动。加 --whole 则通查全库，补上检查点里还没有的（例如某台机器的时钟曾经走错）。`,
			En: `States what moved since the last checkpoint; with --whole everything that the checkpoints do not say yet, after a machine's
clock went wrong for example.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.checkpointMake(cmd.Context(), whole) }}
	make.Flags().BoolVar(&whole, "whole", false, c.short("通查全库", "look at everything"))
	group.AddCommand(make,
		&cobra.Command{Use: "export FILE", Args: cobra.ExactArgs(1), Short: c.short("把检查点续写到文件", "append the checkpoints to a file"),
			Long: words.Text{
				Zh: `把文件里还没有的检查点续写进去；文件不存在则新建。若数据库的检查点接不上文件的末尾（数据库被退回到从前，或检查点被改写），
什么也不写，退出码 1。`,
				En: `Appends the checkpoints that the file does not have yet, and makes the file if it is not there. Where the store does not go on
from the file's end (it was brought back to an earlier state, or its checkpoints were rewritten) nothing is written: exit code 1.`}.In(c.lang),
			RunE: func(cmd *cobra.Command, args []string) error { return c.checkpointExport(cmd.Context(), args[0]) }},
		&cobra.Command{Use: "key", Short: c.short("打印检查点的签名公钥", "print the public key of the checkpoints"),
			Long: words.Text{
				Zh: `打印公钥（Ed25519，base64），即检查点文件第一行里的那个。请另行记下：核对时没有安装密钥也能比对。`,
				En: `Prints the public key (Ed25519, base64), the one in the first line of a file of checkpoints. Note it down elsewhere: it can be
compared where there is no installation key.`}.In(c.lang),
			RunE: func(cmd *cobra.Command, _ []string) error {
				return c.withCheckpoints(cmd.Context(), func(p *place, key ed25519.PublicKey) error {
					_, err := fmt.Fprintln(c.out, base64.StdEncoding.EncodeToString(key))
					return err
				})
			}})
	return group
}

func (c *command) checkpointMake(ctx context.Context, whole bool) error {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	keep := in.keeper(c.now).Keep
	if whole {
		keep = in.keeper(c.now).KeepWhole
	}
	made, fresh, err := keep(ctx)
	switch {
	case err != nil:
	case !fresh:
		c.say(c.out, words.Text{Zh: "没有新的变动；最新的检查点是第 %d 个", En: "nothing moved; the newest checkpoint is number %d"}, made.N)
	default:
		c.say(c.out, words.Text{Zh: "已签第 %d 个检查点，含 %d 条", En: "checkpoint %d is made, with %d marks"}, made.N, made.Marks)
	}
	return errors.Join(err, in.Close())
}

func (c *command) checkpointExport(ctx context.Context, path string) error {
	return c.withCheckpoints(ctx, func(p *place, key ed25519.PublicKey) error {
		n, err := (&checkpoint.File{Path: path}).Append(ctx, p.Store.Checkpoints(), key)
		if err == nil {
			c.say(c.out, words.Text{Zh: "%s 续写了 %d 个检查点", En: "%s: %d checkpoints appended"}, path, n)
		}
		return err
	})
}

// withCheckpoints opens the store in use and the key that its checkpoints are signed with, and makes neither.
func (c *command) withCheckpoints(ctx context.Context, fn func(*place, ed25519.PublicKey) error) error {
	kek, err := installationKey(ctx, c.Values, c.getenv)
	if err != nil {
		return err
	}
	p, err := openExisting(ctx, storeAddress(c.Values))
	if err != nil {
		return err
	}
	key, err := seal.PublicKey(ctx, p.Store.Wraps(), kek)
	if err == nil {
		err = fn(p, key)
	}
	return errors.Join(err, p.Close())
}

// held reads the checkpoints that the store is held against: its own, if the installation key is there, and those of the file.
func (c *command) held(ctx context.Context, p *place, against string) (h archive.Held, err error) {
	key, err := c.checkpointKey(ctx, p)
	if err != nil {
		return h, err
	}
	register := p.Store.Checkpoints()
	if key != nil {
		if h.Own, err = checkpoint.Load(ctx, register, key); err != nil {
			return h, err
		}
	}
	if against == "" {
		return h, nil
	}
	f, err := os.Open(against)
	if err != nil {
		return h, err
	}
	defer f.Close()
	kept, signer, _, err := checkpoint.Read(f, key)
	if err != nil {
		return h, fmt.Errorf("%s: %w", against, err)
	}
	if key == nil {
		c.say(c.err, words.Text{Zh: "没有安装密钥：请自行核对文件的公钥 %s", En: "there is no installation key: compare the file's public key yourself: %s"},
			base64.StdEncoding.EncodeToString(signer))
	}
	h.Kept = kept
	h.Apart, err = kept.Apart(ctx, register)
	return h, err
}

// checkpointKey is the public key of the checkpoints; nil without an installation key, or where nothing was ever sealed.
func (c *command) checkpointKey(ctx context.Context, p *place) (ed25519.PublicKey, error) {
	kek, err := installationKey(ctx, c.Values, c.getenv)
	if errors.Is(err, seal.ErrNoKey) {
		c.say(c.err, words.Text{Zh: "没有安装密钥：数据库里的检查点不核对", En: "there is no installation key: the checkpoints in the store are not looked at"})
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := seal.PublicKey(ctx, p.Store.Wraps(), kek)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil, nil
	}
	return key, err
}
