package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/words"
)

func (c *command) verifyCommand() *cobra.Command {
	var against, backup, wraps string
	cmd := &cobra.Command{Use: "verify", Short: c.short("核查事件链、检查点、编号、指针、照片", "verify chains of events, checkpoints, numbers, pointers and photos"),
		Long: words.Text{
			Zh: `逐案核查事件链（改动、删除、换序都会发现）、案号连续、上报与案件互指、席位与案件互指，并逐张核对照片，再与数据库里的检查点
比对：重算过的事件链、截短的案件、换掉的照片、删去的查阅记录都会发现。--against 与另外保存的检查点文件比对，连同检查点一起
被改写、整库被退回到从前也会发现。发现问题退出码 1。最好在服务停止时运行：办理中的变动可能被误报。
按案件内容重算检索标签（范围、不得知悉的人、统计口径），缺的、多的记为 filed。
既没有告知结果、也没有下次查看时间的事项（案件、上报、外部工单）记为 loose。
--backup 只核对一份备份的校验和，不需要密钥；备份读不读得出，要恢复一次才知道。`,
			En: `Walks every case: its chain of events (anything edited, removed or reordered is found), its number, its reports and seats, and
back again, and every photo's bytes. Holds all of it against the checkpoints in the store: chains that were calculated anew,
cases cut short, photos exchanged, records of reading removed. With --against it is held against a file of checkpoints that
was kept elsewhere, too: then it also shows if the checkpoints were rewritten, or the whole store brought back to an earlier
state. What a case is found by (areas, from whom it is kept, what it counts among) is made anew from the case; what is missing or
too much is told as "filed". Exit code 1 if anything is wrong. Matters (cases, reports, orders of desks) that have neither an answer
nor a time at which somebody looks at them are told as "loose". Best run while no server writes: what is in motion may be told by mistake.
--backup checks the sums of a backup's files instead, and needs no key; that it can be read, only a restore shows.`}.In(c.lang),
		Example: "  fengqiao checkpoint export /mnt/elsewhere/fengqiao.checkpoints\n  fengqiao verify --against /mnt/elsewhere/fengqiao.checkpoints",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if backup == "" {
				return c.verify(cmd.Context(), against)
			}
			return c.verifyBackup(cmd.Context(), backup, wrapsOf(backup, wraps))
		}}
	cmd.Flags().StringVar(&against, "against", "", c.short("另外保存的检查点文件", "file of checkpoints that was kept elsewhere"))
	cmd.Flags().StringVar(&backup, "backup", "", c.short("只核对这份备份的校验和", "only check the sums of this backup"))
	cmd.Flags().StringVar(&wraps, "wraps", "", c.short("备份的密钥封装的目录", "folder of the backup's wrapped keys"))
	cmd.MarkFlagsMutuallyExclusive("against", "backup")
	return cmd
}

// verifyBackup holds the files of a backup against their sums.
func (c *command) verifyBackup(ctx context.Context, dir, wraps string) error {
	show, end := c.steps()
	b, err := archive.Check(ctx, dir, wraps, show)
	end()
	if err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "%s 的备份 %s 完好，%d 个文件；恢复它需要第 %d 期安装密钥", En: "the backup of %s, %s, is undamaged, %d files; restoring it needs the installation key of epoch %d"},
		b.Manifest.Made.Format(time.RFC3339), b.Manifest.ID, len(b.Manifest.Files), b.Manifest.Epoch)
	return nil
}

func (c *command) verify(ctx context.Context, against string) error {
	p, err := openExisting(ctx, storeAddress(c.Values))
	if err != nil {
		return err
	}
	held, err := c.held(ctx, p, against)
	if err != nil {
		return errors.Join(err, p.Close())
	}
	show, end := c.steps()
	r, err := archive.Verify(ctx, p.Place, held, show)
	end()
	if err = errors.Join(err, p.Close()); err != nil {
		return err
	}
	for _, f := range r.Findings {
		_, _ = fmt.Fprintln(c.out, f)
	}
	c.sayHeld(held, r.Beyond)
	c.say(c.out, words.Text{Zh: "案件 %d，事件 %d，上报 %d，调解员 %d，照片 %d，查阅记录 %d；问题 %d", En: "%d cases, %d events, %d reports, %d mediators, %d photos, %d looks; %d problems"},
		r.Cases, r.Events, r.Reports, r.Mediators, r.Photos, r.Looks, int64(len(r.Findings))+r.More)
	return r.Err()
}

// sayHeld tells which checkpoints the store was held against, and what they do not cover.
func (c *command) sayHeld(h archive.Held, beyond int64) {
	if r := h.Own; r != nil {
		if r.Last.N == 0 {
			c.say(c.out, words.Text{Zh: "数据库里还没有检查点", En: "there is no checkpoint in the store yet"})
		} else {
			c.say(c.out, words.Text{Zh: "与数据库里的 %d 个检查点比对，最新的签于 %s；此后有变动的案件 %d", En: "held against %d checkpoints of the store, the newest of %s; %d cases moved since"},
				r.Last.N, r.Last.At.Format(time.RFC3339), beyond)
		}
	}
	if r := h.Kept; r != nil {
		c.say(c.out, words.Text{Zh: "与文件里的 %d 个检查点比对，最新的签于 %s", En: "held against %d checkpoints of the file, the newest of %s"}, r.Last.N, r.Last.At.Format(time.RFC3339))
	}
}
