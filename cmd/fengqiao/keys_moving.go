package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/seal"
)

var moveHelp = words.Text{
	Zh: `把所有数据密钥从密钥文件改由密钥服务（key-service）封装，或反过来；不改动任何密文。先停服务。中断后再运行一次即可。
--from 文件：搬进密钥服务。之后把文件从数据目录和环境变量里拿走；在它封装的旧备份到期之前，另行保存。
--to 文件：从密钥服务搬回文件，没有就新建。之后去掉 key-service，把文件放进数据目录或用 FENGQIAO_KEY_FILE 指明。`,
	En: `Brings all data keys from a key file under the key of the key service (key-service), or the other way; no ciphertext changes.
Stop the server first. Interrupted, it goes on when it is run again.
--from FILE moves into the key service. Then take the file out of the data folder and the environment, and keep it elsewhere
until the older backups have had their time. --to FILE moves back into a file, which is made if it is not there. Then leave
key-service out and bring the file to the data folder or name it with FENGQIAO_KEY_FILE.`}

func (c *command) moveCommand() *cobra.Command {
	var from, to string
	move := &cobra.Command{Use: "move", Short: c.short("在密钥文件与密钥服务之间搬迁", "move between a key file and the key service"), Long: moveHelp.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.KeyService == "" {
				return fmt.Errorf("%w: key-service is needed: keys move from a file to the key service, or back", settings.ErrUsage)
			}
			way, file := c.moveInto, from
			if to != "" {
				way, file = c.moveBack, to
			}
			kek, err := way(cmd.Context(), file)
			if err != nil {
				return err
			}
			in, err := openWith(cmd.Context(), c.Values, kek, c.now)
			if err != nil {
				return err
			}
			return c.rewrap(cmd.Context(), in, words.Text{Zh: "所有数据密钥已搬完；请按 keys move --help 收起旧的一处", En: "all data keys have moved; put the former key away as keys move --help says"})
		}}
	move.Flags().StringVar(&from, "from", "", c.short("现在的密钥文件", "the key file of now"))
	move.Flags().StringVar(&to, "to", "", c.short("将来的密钥文件", "the key file to come"))
	move.MarkFlagsMutuallyExclusive("from", "to")
	move.MarkFlagsOneRequired("from", "to")
	return move
}

// moveInto is the way from a file into the key service, which gets versions until its newest goes beyond the file's epochs.
func (c *command) moveInto(ctx context.Context, file string) (seal.KEK, error) {
	from, err := seal.LoadKeyFile(file)
	if err != nil {
		return nil, err
	}
	to, err := serviceKey(ctx, c.Values)
	if err != nil {
		return nil, err
	}
	for to.Newest() <= from.Newest() {
		if _, err := to.Rotate(ctx); err != nil {
			return nil, err
		}
	}
	return seal.Moving(from, to)
}

// moveBack is the way from the key service into a file, whose epoch follows the service's newest version.
func (c *command) moveBack(ctx context.Context, file string) (seal.KEK, error) {
	from, err := serviceKey(ctx, c.Values)
	if err != nil {
		return nil, err
	}
	if err := seal.CreateKeyFile(file, from.Newest()+1); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	to, err := seal.LoadKeyFile(file)
	if err != nil {
		return nil, err
	}
	return seal.Moving(from, to)
}
