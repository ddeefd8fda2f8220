package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/push"
)

func (c *command) copyCommand() *cobra.Command {
	var from, to string
	var force bool
	cmd := &cobra.Command{Use: "copy", Short: c.short("把全部数据复制到另一个数据库", "copy everything into another store"),
		Long: words.Text{
			Zh: `把一个库（sqlite:目录 或 mongodb://…）的全部数据和照片复制到另一个空库，然后逐表比对行数与内容，并验证每个案件的事件链。
复制期间两边都不能有服务在写。带密码的地址请放进环境变量：--from env:OLD_STORE。安装密钥不随数据走，请自行放到新的数据目录。`,
			En: `Copies all records and photos of one store (sqlite:DIR or mongodb://…) into another that is empty, then compares every table,
rows and content, and verifies every case's chain of events. No server may write to either meanwhile. An address with a
password goes into the environment: --from env:OLD_STORE. The installation key does not travel: bring it to the new data
folder yourself.`}.In(c.lang),
		Example: `  fengqiao copy --from sqlite:./data --to mongodb://127.0.0.1:27017/fengqiao`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			source, err := c.address(from)
			if err != nil {
				return err
			}
			target, err := c.address(to)
			if err != nil {
				return err
			}
			a, err := openExisting(cmd.Context(), source)
			if err != nil {
				return err
			}
			b, err := openPlace(cmd.Context(), target)
			if err != nil {
				return errors.Join(err, a.Close())
			}
			show, end := c.steps()
			done, err := archive.Copy(cmd.Context(), a.Place, b.Place, archive.Options{Force: force}, show)
			end()
			if errors.Is(err, archive.ErrNotEmpty) {
				err = fmt.Errorf("%w; --force takes up a copy that broke off", err)
			}
			if err == nil {
				c.showSums(done.Sums, done.Media)
			}
			return errors.Join(err, b.Close(), a.Close())
		}}
	cmd.Flags().StringVar(&from, "from", "", c.short("来源", "source")+": sqlite:DIR, mongodb://…, env:NAME")
	cmd.Flags().StringVar(&to, "to", "", c.short("目标", "target")+": sqlite:DIR, mongodb://…, env:NAME")
	cmd.Flags().BoolVar(&force, "force", false, c.short("目标非空也复制（接着做中断的复制）", "copy although the target is not empty, to take up a copy that broke off"))
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// address is the address of a store, which may stand in an environment variable ("env:NAME").
func (c *command) address(given string) (string, error) {
	address := given
	if name, ok := strings.CutPrefix(given, "env:"); ok {
		address = c.getenv(name)
	}
	return address, settings.CheckStore(address, given == address)
}

func (c *command) showSums(sums archive.Sums, photos archive.MediaSum) {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, t := range store.Tables() {
		_, _ = fmt.Fprintf(w, "%s\t%d\t\n", t.Name, sums[t.Name].Rows)
	}
	_, _ = fmt.Fprintf(w, "photo blobs\t%d\t\n", photos.Blobs-photos.Missing)
	_ = w.Flush()
	if photos.Missing > 0 {
		c.say(c.err, words.Text{Zh: "有 %d 个照片文件在来源处已不存在", En: "%d photo files were not there at the source"}, photos.Missing)
	}
}

func (c *command) backupCommand() *cobra.Command {
	var wraps, since, scratch string
	cmd := &cobra.Command{Use: "backup DIR", Args: cobra.ExactArgs(1), Short: c.short("加密备份，可增量", "back up, encrypted and by what changed"),
		Long: words.Text{
			Zh: `把数据库和照片备份到一个空目录，封装过的数据密钥放在另一个目录（--wraps，默认 DIR/wraps），请分开保管。
数据库以安装密钥加密，照片本来就是加密的；安装密钥不在备份里，没有它备份什么也读不出。
--since 指明上一份备份的目录：没有变的部分不再写一遍，而是与上一份共用磁盘上的同一文件（硬链接；不在同一文件系统则复制）。
每份备份仍是完整的，哪一份都可以单独删除或搬走。
SQLite 可在服务运行时备份。MongoDB 逐表读出，期间有人写入则不算数：请停下服务，或用 mongodump。`,
			En: `Backs up the database and the photos into an empty folder, and the wrapped data keys into another (--wraps, DIR/wraps unless
said otherwise), which is best kept elsewhere. The database is encrypted under the installation key; photos are sealed as they
lie. The installation key is in neither: without it nothing of the backup can be read.
With --since, what did not change since an earlier backup is not written again but shared with it on the disk (hard links;
copies where it lies on another file system). Each backup is whole all the same, and any of them can be deleted or taken away.
SQLite is backed up while the server runs. MongoDB is read table by table, which does not count if somebody writes
meanwhile: stop the servers, or use mongodump.`}.In(c.lang),
		Example: "  fengqiao backup /backup/2026-03-03 --wraps /elsewhere/2026-03-03 --since /backup/2026-03-02",
		RunE: func(cmd *cobra.Command, args []string) error {
			job := archive.Job{Dir: args[0], Wraps: wrapsOf(args[0], wraps), Scratch: cmp.Or(scratch, c.Data), Program: version(), Now: c.now()}
			return c.backup(cmd.Context(), job, since)
		}}
	cmd.Flags().StringVar(&wraps, "wraps", "", c.short("封装密钥的目录", "folder for the wrapped keys"))
	cmd.Flags().StringVar(&since, "since", "", c.short("上一份备份的目录", "folder of an earlier backup"))
	cmd.Flags().StringVar(&scratch, "scratch", "", c.short("放未加密的临时副本的目录（默认数据目录）", "folder with room for a copy of the records in clear (default: the data folder)"))
	return cmd
}

// wrapsOf is the folder of a backup's wrapped keys: as said, or within the backup's own.
func wrapsOf(dir, said string) string {
	return cmp.Or(said, filepath.Join(dir, archive.WrapsFolder))
}

func (c *command) backup(ctx context.Context, job archive.Job, since string) (err error) {
	p, err := openExisting(ctx, storeAddress(c.Values))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	key, err := installationKey(ctx, c.Values, c.getenv)
	if err != nil {
		return fmt.Errorf("a backup is encrypted under the installation key: %w", err)
	}
	job.Key = key
	if since != "" {
		if job.Earlier, err = archive.OpenEarlier(ctx, since, key); err != nil {
			return fmt.Errorf("--since: %w", err)
		}
	}
	show, end := c.steps()
	m, err := job.Make(ctx, p.Place, show)
	end()
	if err != nil {
		return err
	}
	c.showSums(m.Tables, m.Media)
	c.say(c.out, words.Text{Zh: "备份 %s 已写入 %s，密钥封装在 %s；请另行保管安装密钥", En: "backup %s is in %s, its wrapped keys in %s; keep the installation key apart from both"},
		m.Manifest.ID, job.Dir, job.Wraps)
	c.say(c.out, words.Text{Zh: "写入 %d 字节，与上一份共用 %d 字节", En: "%d bytes written, %d bytes shared with the earlier backup"}, m.Manifest.Written, m.Manifest.Linked)
	return lostPhotos(m.Media)
}

// lostPhotos is the error of a backup that is made, of a store that has lost photos.
func lostPhotos(m archive.MediaSum) error {
	switch {
	case m.Lost == 0:
		return nil
	case m.Missing == 0:
		return fmt.Errorf("the backup is whole, as it has %d photo files of the earlier one that the store has lost: fengqiao verify names them", m.Lost)
	}
	return fmt.Errorf("the backup is whole but for %d photo files that the records name and the store has lost: fengqiao verify names them", m.Lost)
}

func (c *command) restoreCommand() *cobra.Command {
	var wraps, scratch, erasures string
	cmd := &cobra.Command{Use: "restore DIR", Args: cobra.ExactArgs(1), Short: c.short("把备份恢复到空库", "restore a backup into an empty store"),
		Long: words.Text{
			Zh: `核对备份的校验和，恢复到空库，比对内容，验证事件链，重放备份中的销毁记录；备份之后才销毁的，用 --erasures 给出另外保存的检查点文件
（checkpoint-file），里面有这些销毁记录，一并重放；没有这样的文件，须再销毁一次。
所有登录会话作废，每个人须重新登录。一小时以前的推送压下不发（收件箱里都在），更近的可能会再发一次。
需要备份时的安装密钥：先把它放进新的数据目录（或用 FENGQIAO_KEY_FILE 指明）。密钥不对时什么也不写。`,
			En: `Checks the backup's checksums, restores it into an empty store, compares the content, verifies the chains and replays the
backup's erasure journal. What was erased after the backup was made is erased again where --erasures names a file of checkpoints that
was kept elsewhere (checkpoint-file), which lists it; without one that has to be done by hand. All sessions end: everybody signs in again. Pushes of
more than an hour ago are held back (inboxes have them), later ones may go out once more. It needs the installation key of the backup: bring it to the new data folder
first, or name it with FENGQIAO_KEY_FILE. Nothing is written where the key does not fit.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.restore(cmd.Context(), args[0], wrapsOf(args[0], wraps), scratch, erasures)
		}}
	cmd.Flags().StringVar(&wraps, "wraps", "", c.short("封装密钥的目录", "folder of the wrapped keys"))
	cmd.Flags().StringVar(&erasures, "erasures", "", c.short("另外保存的检查点文件", "file of checkpoints that was kept elsewhere"))
	cmd.Flags().StringVar(&scratch, "scratch", "", c.short("放临时副本的目录（默认系统临时目录）", "folder with room for a copy of the records (default: the system's)"))
	return cmd
}

func (c *command) restore(ctx context.Context, dir, wraps, scratch, erasures string) (err error) {
	show, end := c.steps()
	defer end()
	files, err := archive.Check(ctx, dir, wraps, show)
	if err != nil {
		return err
	}
	// Before anything is written: without the key of the backup it could never be read, nor restored once more.
	b, key, err := c.openBackup(ctx, files, scratch, show)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	erased, err := c.erasuresIn(erasures, key)
	if err != nil {
		return err
	}
	p, err := openPlace(ctx, storeAddress(c.Values))
	if err != nil {
		return err
	}
	if err = errors.Join(b.Restore(ctx, p.Place, show), p.Close()); err != nil {
		return err
	}
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return fmt.Errorf("the records are restored, but cannot be opened: %w", err)
	}
	n, err := in.ring.Replay(ctx, time.Time{})
	if err == nil {
		err = eraseAgain(ctx, in, erased, show)
		n = max(n, len(erased)) // the file has what the backup's journal has, and what came after it
	}
	var held int
	if err == nil {
		held, err = push.HoldBack(ctx, in.Store.Outbox(), c.now().Add(-stalePush), c.now())
	}
	end()
	if err == nil {
		if held > 0 {
			c.say(c.out, words.Text{Zh: "压下 %d 条过时的推送；收件箱里都在", En: "held back %d pushes that are out of date; inboxes have them all"}, held)
		}
		c.say(c.out, words.Text{Zh: "已恢复 %s 的备份 %s，重放 %d 条销毁记录；所有人须重新登录", En: "restored the backup of %s, %s, and replayed %d erasures; everybody signs in again"},
			b.Manifest.Made.Format(time.RFC3339), b.Manifest.ID, n)
	}
	return errors.Join(err, in.Close())
}

// stalePush is how old a push of a restored backup may be to go out all the same.
const stalePush = time.Hour

// openBackup opens a backup with the installation key that will be used, and returns the public key of its checkpoints, nil where
// nothing was ever sealed.
func (c *command) openBackup(ctx context.Context, files *archive.Checked, scratch string, show archive.Progress) (*archive.Opened, ed25519.PublicKey, error) {
	kek, err := installationKey(ctx, c.Values, c.getenv)
	if err != nil {
		return nil, nil, c.needsItsKey(err)
	}
	b, err := files.Open(ctx, kek, scratch, show)
	if err != nil {
		return nil, nil, c.needsItsKey(err)
	}
	key, err := seal.PublicKey(ctx, b.Store.Wraps(), kek)
	if errors.Is(err, mediation.ErrNotFound) {
		err = seal.Fits(ctx, b.Store.Wraps(), kek)
	}
	if err != nil {
		return nil, nil, errors.Join(c.needsItsKey(err), b.Close())
	}
	return b, key, nil
}

// needsItsKey says what to do where the installation key is not that of the backup.
func (c *command) needsItsKey(err error) error {
	if errors.Is(err, seal.ErrNoKey) || errors.Is(err, seal.ErrWrongKey) || errors.Is(err, seal.ErrNoEpoch) {
		return fmt.Errorf("%w. Nothing was restored: bring the installation key of the backup to %s, or name it with %s; no new key opens it",
			err, filepath.Join(c.Data, seal.KeyFile), seal.EnvKeyFile)
	}
	return err
}
